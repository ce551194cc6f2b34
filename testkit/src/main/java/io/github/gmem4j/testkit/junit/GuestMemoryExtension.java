package io.github.gmem4j.testkit.junit;

import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import io.github.gmem4j.core.vmm.Coordinator;
import io.github.gmem4j.testkit.world.GuestWorld;
import io.github.gmem4j.testkit.world.Invariants;
import io.github.gmem4j.testkit.world.ManualClock;
import io.github.gmem4j.testkit.world.Timeline;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.ReflectionSupport;

/** Carries out {@link GuestMemoryTest}; registered by it. */
public final class GuestMemoryExtension
    implements BeforeEachCallback,
        AfterEachCallback,
        ParameterResolver,
        TestExecutionExceptionHandler,
        LifecycleMethodExecutionExceptionHandler {
  private static final Namespace NAMESPACE = Namespace.create(GuestMemoryExtension.class);

  private static final Map<Class<?>, Function<GuestWorld, Object>> PARTS =
      Map.ofEntries(
          Map.entry(GuestWorld.class, world -> world),
          Map.entry(Engine.class, GuestWorld::engine),
          Map.entry(VirtualMachine.class, GuestWorld::vm),
          Map.entry(GuestMemory.class, GuestWorld::memory),
          Map.entry(HostMapping.class, GuestWorld::host),
          Map.entry(Vcpu.class, GuestWorld::vcpu),
          Map.entry(Vcpu[].class, world -> world.vcpus().toArray(Vcpu[]::new)),
          Map.entry(Coordinator.class, GuestWorld::coordinator),
          Map.entry(ConversionPolicy.class, GuestWorld::policy),
          Map.entry(ManualClock.class, GuestWorld::clock),
          Map.entry(Timeline.class, GuestWorld::timeline));

  /** Creates the extension; for JUnit. */
  public GuestMemoryExtension() {}

  @Override
  public void beforeEach(ExtensionContext context) {
    context.getStore(NAMESPACE).put(GuestWorld.class, worldFor(context));
  }

  private static GuestWorld worldFor(ExtensionContext context) {
    GuestMemoryTest wanted = annotation(context);
    ConversionPolicy policy =
        wanted.policy() == ConversionPolicy.class
            ? SoftwareProtectedPolicy.create()
            : ReflectionSupport.newInstance(wanted.policy());
    return GuestWorld.of(policy)
        .pages(wanted.pages())
        .vcpus(wanted.vcpus())
        .initially(wanted.initially())
        .build();
  }

  private static GuestMemoryTest annotation(ExtensionContext context) {
    Optional<GuestMemoryTest> found = Optional.empty();
    for (Optional<ExtensionContext> at = Optional.of(context);
        found.isEmpty() && at.isPresent();
        at = at.get().getParent()) {
      found =
          at.get()
              .getElement()
              .flatMap(element -> AnnotationSupport.findAnnotation(element, GuestMemoryTest.class));
    }
    return found.orElseThrow(() ->
        new IllegalStateException("no @GuestMemoryTest at or around " + context.getDisplayName()));
  }

  private static Optional<GuestWorld> world(ExtensionContext context) {
    return Optional.ofNullable(context.getStore(NAMESPACE).get(GuestWorld.class, GuestWorld.class));
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return context.getTestMethod().isPresent()
        && PARTS.containsKey(parameter.getParameter().getType());
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Function<GuestWorld, Object> part = PARTS.get(parameter.getParameter().getType());
    if (part == null) {
      throw new IllegalStateException("not a part of a guest's world: " + parameter);
    }
    return part.apply(world(context).orElseThrow());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    GuestWorld world = world(context).orElseThrow();
    if (context.getExecutionException().isPresent()) {
      world.close();
      return;
    }
    try {
      Invariants.check(world);
      Invariants.checkEnd(world);
    } catch (AssertionError broken) {
      broken.addSuppressed(new TimelineOfFailure(world.timeline()));
      throw broken;
    }
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable thrown)
      throws Throwable {
    throw withTimeline(context, thrown);
  }

  @Override
  public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable thrown)
      throws Throwable {
    throw withTimeline(context, thrown);
  }

  @Override
  public void handleAfterEachMethodExecutionException(ExtensionContext context, Throwable thrown)
      throws Throwable {
    throw withTimeline(context, thrown);
  }

  private static Throwable withTimeline(ExtensionContext context, Throwable thrown) {
    world(context)
        .ifPresent(world -> thrown.addSuppressed(new TimelineOfFailure(world.timeline())));
    return thrown;
  }
}
