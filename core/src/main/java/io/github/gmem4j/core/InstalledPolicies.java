package io.github.gmem4j.core;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Policies by name: those that the class path or module path brings, or any others.
 *
 * <p>A policy is installed by putting its artifact there; its provider is listed under {@link
 * ConversionPolicy} as {@link ServiceLoader} describes. Injectors that bind policies with a map
 * binder need none of this. Immutable and thread-safe.
 */
public final class InstalledPolicies {
  private final SortedMap<String, ConversionPolicy> byName;

  private InstalledPolicies(SortedMap<String, ConversionPolicy> byName) {
    this.byName = byName;
  }

  /**
   * Finds the policies that are installed, and the built-in one.
   *
   * @param loader the class loader to look through
   * @throws IllegalArgumentException if two have the same name
   */
  public static InstalledPolicies find(ClassLoader loader) {
    List<ConversionPolicy> found = new ArrayList<>();
    found.add(SoftwareProtectedPolicy.create());
    ServiceLoader.load(ConversionPolicy.class, loader).forEach(found::add);
    return of(found);
  }

  /**
   * Collects policies.
   *
   * @throws IllegalArgumentException if two have the same name
   */
  public static InstalledPolicies of(Iterable<ConversionPolicy> policies) {
    SortedMap<String, ConversionPolicy> byName = new TreeMap<>();
    for (ConversionPolicy policy : policies) {
      ConversionPolicy other = byName.putIfAbsent(policy.traits().name(), policy);
      if (other != null) {
        throw new IllegalArgumentException(
            "two policies are named \""
                + policy.traits().name()
                + "\": "
                + other.getClass().getName()
                + " and "
                + policy.getClass().getName()
                + "; installed are "
                + String.join(", ", byName.keySet()));
      }
    }
    return new InstalledPolicies(byName);
  }

  /** Returns the names, in alphabetical order. */
  public List<String> names() {
    return List.copyOf(byName.keySet());
  }

  /** Returns the policies, in the order of their names. */
  public List<ConversionPolicy> all() {
    return List.copyOf(byName.values());
  }

  /**
   * Returns a policy.
   *
   * @throws IllegalArgumentException if there is none of that name; the message lists what there is
   */
  public ConversionPolicy named(String name) {
    ConversionPolicy policy = byName.get(name);
    if (policy == null) {
      throw new IllegalArgumentException(
          "no policy is named \"" + name + "\"; installed are " + String.join(", ", names()));
    }
    return policy;
  }
}
