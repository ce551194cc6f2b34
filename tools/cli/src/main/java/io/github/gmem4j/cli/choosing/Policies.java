package io.github.gmem4j.cli.choosing;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.cli.scenario.InputException;
import io.github.gmem4j.cli.scenario.PolicyName;
import io.github.gmem4j.core.InstalledPolicies;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;

/** The policies that can be chosen by name. */
public final class Policies {
  private final InstalledPolicies installed;

  private Policies(InstalledPolicies installed) {
    this.installed = installed;
  }

  /**
   * Finds the policies that come with the command, and those of a class path.
   *
   * @param classPath more jars and directories, in the notation of {@code java -cp}; may be empty
   * @throws InputException if two have the same name, one cannot be created, or the class path
   *     names something that does not exist
   */
  public static Policies find(String classPath) {
    ClassPath path = ClassPath.of(classPath);
    // The loader lives as long as its policies: until the command ends.
    ClassLoader loader = new URLClassLoader(path.urls(), Policies.class.getClassLoader());
    try {
      List<ConversionPolicy> policies = new ArrayList<>(List.of(SoftwareProtectedPolicy.create()));
      // One by one: a policy that cannot say its name is to be named here.
      ServiceLoader.load(ConversionPolicy.class, loader).forEach(policies::add);
      policies.addAll(ModularJars.find(path, loader));
      return of(policies);
    } catch (ServiceConfigurationError e) {
      throw new InputException("a policy cannot be created: " + e.getMessage() + because(e));
    } catch (LinkageError e) {
      throw new InputException("a policy of " + classPath + " cannot be created: " + e);
    }
  }

  private static String because(Throwable e) {
    return e.getCause() == null ? "" : ": " + e.getCause().getMessage();
  }

  private static String sentence(IllegalArgumentException e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  /**
   * Collects policies.
   *
   * @throws InputException if two have the same name
   */
  static Policies of(List<ConversionPolicy> policies) {
    policies.forEach(policy -> Breaking.at(policy, policy::traits));
    try {
      return new Policies(InstalledPolicies.of(policies));
    } catch (IllegalArgumentException e) {
      throw new InputException(sentence(e));
    }
  }

  /** Returns all of them, in the order of their names. */
  public List<ConversionPolicy> all() {
    return installed.all();
  }

  /**
   * Returns a policy.
   *
   * @throws InputException if there is none of this name
   */
  public ConversionPolicy named(PolicyName wanted) {
    try {
      return installed.named(wanted.name());
    } catch (IllegalArgumentException e) {
      throw wanted
          .place()
          .map(place -> new InputException(place, sentence(e)))
          .orElseGet(() -> new InputException(sentence(e)));
    }
  }

  /**
   * Returns some policies, in the order of a list.
   *
   * @throws InputException if a name is there twice, or there is no policy of a name
   */
  public List<ConversionPolicy> named(List<String> names) {
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (!seen.add(name)) {
        throw new InputException("the policy '" + name + "' is asked for twice");
      }
    }
    return names.stream().map(name -> named(new PolicyName(name))).toList();
  }
}
