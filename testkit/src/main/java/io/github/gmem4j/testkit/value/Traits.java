package io.github.gmem4j.testkit.value;

import io.github.gmem4j.api.policy.PolicyTraits;
import io.github.gmem4j.api.policy.PolicyTraits.Converter;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.VmType;

/**
 * Builds {@link PolicyTraits}: without more said, of a confidential VM whose VMM converts, with the
 * exit for {@link Exit.MapGpaRange}.
 */
public final class Traits {
  private final String name;
  private VmType vmType = VmType.CONFIDENTIAL;
  private Converter converter = Converter.VMM;
  private long exitHypercalls = 1L << Exit.MapGpaRange.NUMBER;
  private String summary = "for tests";

  private Traits(String name) {
    this.name = name;
  }

  /**
   * Begins the traits of a policy.
   *
   * @param name the policy's name, checked by {@link #build}
   */
  public static Traits named(String name) {
    return new Traits(name);
  }

  /** Sets the VM type. */
  public Traits vmType(VmType value) {
    vmType = value;
    return this;
  }

  /** Lets the kernel convert, asked for with {@link Exit.Unshare}. */
  public Traits convertedByKvm() {
    converter = Converter.KVM;
    exitHypercalls = 1L << Exit.Unshare.NUMBER;
    return this;
  }

  /** Sets which exits a VMM may enable, a bit for each hypercall number. */
  public Traits exitHypercalls(long bits) {
    exitHypercalls = bits;
    return this;
  }

  /** Sets the summary. */
  public Traits summary(String value) {
    summary = value;
    return this;
  }

  /**
   * Returns the traits.
   *
   * @throws IllegalArgumentException if the name does not follow the grammar
   */
  public PolicyTraits build() {
    return new PolicyTraits(name, vmType, converter, exitHypercalls, summary);
  }
}
