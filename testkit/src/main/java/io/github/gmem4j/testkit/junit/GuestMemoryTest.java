package io.github.gmem4j.testkit.junit;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.ConversionPolicy;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives each test of a class, or one test, a VM of its own in the in-memory engine.
 *
 * <p>Test methods, {@code @BeforeEach} and {@code @AfterEach} take what they need as parameters:
 * {@link io.github.gmem4j.testkit.world.GuestWorld}, or of it the {@code Engine}, {@code
 * VirtualMachine}, {@code GuestMemory}, {@code HostMapping}, {@code Vcpu} (the first), {@code
 * Vcpu[]}, {@code Coordinator}, {@code ConversionPolicy}, {@code ManualClock} and {@code Timeline}.
 *
 * <p>Policy and participants are checked by asserting wrappers. After a test that did not fail, the
 * {@linkplain io.github.gmem4j.testkit.world.Invariants invariants} are checked; with a failure
 * comes the timeline, as a suppressed exception.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@ExtendWith(GuestMemoryExtension.class)
public @interface GuestMemoryTest {
  /**
   * The policy's class, which has a constructor without parameters; by default the policy for
   * software-protected VMs.
   */
  Class<? extends ConversionPolicy> policy() default ConversionPolicy.class;

  /** How many pages the memory has. */
  int pages() default 16;

  /** How many vCPUs there are. */
  int vcpus() default 1;

  /** The state in which all pages begin. */
  Shareability initially() default Shareability.PRIVATE;
}
