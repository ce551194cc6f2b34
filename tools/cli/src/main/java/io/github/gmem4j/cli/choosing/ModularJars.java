package io.github.gmem4j.cli.choosing;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.cli.scenario.InputException;
import java.io.IOException;
import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/**
 * Policies that a jar provides by its module descriptor only. {@link java.util.ServiceLoader} does
 * not look at it when the jar lies on a class path.
 */
final class ModularJars {
  private static final String DESCRIPTOR = "module-info.class";

  private ModularJars() {}

  /** Finds them. */
  static List<ConversionPolicy> find(ClassPath path, ClassLoader loader) {
    List<ConversionPolicy> policies = new ArrayList<>();
    for (Path entry : path.entries()) {
      providersIn(entry).forEach(name -> policies.add(create(name, loader)));
    }
    return policies;
  }

  private static Stream<String> providersIn(Path entry) {
    try {
      return ModuleFinder.of(entry).findAll().stream()
          .filter(module -> !module.descriptor().isAutomatic() && !listsServices(module))
          .flatMap(module -> module.descriptor().provides().stream())
          .filter(provides -> provides.service().equals(ConversionPolicy.class.getName()))
          .map(ModuleDescriptor.Provides::providers)
          .flatMap(List::stream);
    } catch (FindException e) {
      if (isModular(entry)) {
        throw new InputException(
            "the class path of policies names %s, whose module descriptor cannot be read: %s"
                .formatted(entry, e.getMessage()));
      }
      // A plain jar need not have a name that a module can have.
      return Stream.of();
    }
  }

  private static boolean isModular(Path entry) {
    if (Files.isDirectory(entry)) {
      return Files.exists(entry.resolve(DESCRIPTOR));
    }
    try (ZipFile jar = new ZipFile(entry.toFile())) {
      return jar.getEntry(DESCRIPTOR) != null;
    } catch (IOException e) {
      throw new InputException(entry + " cannot be read: " + e.getMessage());
    }
  }

  /** Then {@link java.util.ServiceLoader} has found them. */
  private static boolean listsServices(ModuleReference module) {
    try (ModuleReader reader = module.open()) {
      return reader.find("META-INF/services/" + ConversionPolicy.class.getName()).isPresent();
    } catch (IOException e) {
      throw new InputException(
          "the module " + module.descriptor().name() + " cannot be read: " + e);
    }
  }

  /**
   * As {@link java.util.ServiceLoader} does for modules: the method first, then the constructor.
   */
  private static ConversionPolicy create(String name, ClassLoader loader) {
    try {
      Class<?> provider = Class.forName(name, true, loader);
      Optional<Method> method =
          Arrays.stream(provider.getMethods())
              .filter(candidate -> candidate.getName().equals("provider"))
              .filter(candidate -> candidate.getParameterCount() == 0)
              .filter(candidate -> Modifier.isStatic(candidate.getModifiers()))
              .findFirst();
      Object policy =
          method.isPresent() ? method.get().invoke(null) : provider.getConstructor().newInstance();
      return ConversionPolicy.class.cast(policy);
    } catch (InvocationTargetException e) {
      throw new InputException("the policy " + name + " cannot be created: " + e.getCause());
    } catch (ReflectiveOperationException | ClassCastException | LinkageError e) {
      throw new InputException("the policy " + name + " cannot be created: " + e);
    }
  }
}
