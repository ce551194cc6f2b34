package io.github.gmem4j.api.policy;

import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.VmType;
import java.util.regex.Pattern;

/**
 * A policy's name and properties.
 *
 * @param name lower-case letters and digits in words joined by single dashes, beginning with a
 *     letter, at most {@link #MAX_NAME_LENGTH} characters
 * @param vmType the VM type its guests run as
 * @param converter who calls for the state to change
 * @param exitHypercalls the exits of its guests' calls that a VMM may enable, a bit for each
 *     hypercall number: {@link Exit.MapGpaRange#NUMBER}, {@link Exit.Unshare#NUMBER}
 * @param summary one line for a person
 */
public record PolicyTraits(
    String name, VmType vmType, Converter converter, long exitHypercalls, String summary) {
  /** Longest name. */
  public static final int MAX_NAME_LENGTH = 64;

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

  /** Who converts. */
  public enum Converter {
    /** The VMM, between two {@code run()} calls. */
    VMM,
    /** The kernel, inside {@code run()}. */
    KVM
  }

  /** A policy whose guests' calls leave as {@link Exit.MapGpaRange} only. */
  public PolicyTraits(String name, VmType vmType, Converter converter, String summary) {
    this(name, vmType, converter, 1L << Exit.MapGpaRange.NUMBER, summary);
  }

  /**
   * Checks the name.
   *
   * @throws IllegalArgumentException if the name does not follow the grammar
   */
  public PolicyTraits {
    if (name.length() > MAX_NAME_LENGTH || !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not a policy name: \"" + name + "\"");
    }
  }
}
