package io.github.gmem4j.cli.staging;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.cli.scenario.InputException;
import io.github.gmem4j.cli.scenario.PolicyName;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;

/** The policies there are: those on the class path or module path, and the built-in ones. */
final class Policies {
  private Policies() {}

  /**
   * Returns a policy by its name.
   *
   * @throws InputException if there is none of this name
   */
  static ConversionPolicy named(PolicyName wanted) {
    SortedMap<String, ConversionPolicy> policies = new TreeMap<>();
    add(policies, SoftwareProtectedPolicy.create());
    ServiceLoader.load(ConversionPolicy.class).forEach(policy -> add(policies, policy));
    ConversionPolicy policy = policies.get(wanted.name());
    if (policy == null) {
      throw new InputException(
          wanted.place(),
          "no policy is called '%s'; there are %s"
              .formatted(wanted.name(), String.join(", ", policies.keySet())));
    }
    return policy;
  }

  private static void add(SortedMap<String, ConversionPolicy> policies, ConversionPolicy policy) {
    String name = policy.traits().name();
    if (policies.put(name, policy) != null) {
      throw new InputException("two of the installed policies are called '" + name + "'");
    }
  }
}
