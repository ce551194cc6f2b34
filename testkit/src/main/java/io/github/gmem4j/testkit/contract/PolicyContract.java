package io.github.gmem4j.testkit.contract;

import static org.junit.jupiter.api.Timeout.ThreadMode.SEPARATE_THREAD;

import org.junit.jupiter.api.Timeout;

/**
 * The whole contract of a policy. A test class implements it, and {@link #policy} in it:
 *
 * <pre>{@code
 * class MyPolicyTest implements PolicyContract {
 *   @Override
 *   public ConversionPolicy policy() {
 *     return new MyPolicy();
 *   }
 * }
 * }</pre>
 *
 * <p>A policy is asked through its SPI and run in the in-memory engine; nothing is known of it but
 * what it says. Each test fails for the rule in its name only: where a rule is broken that another
 * test judges, that one fails and this one is skipped. A test that takes longer than {@value
 * #SECONDS} seconds fails, since a seat that never lets go would hang it.
 */
@Timeout(value = PolicyContract.SECONDS, threadMode = SEPARATE_THREAD)
public interface PolicyContract
    extends SeatsContract,
        KvmSeatContract,
        VmmSeatContract,
        PlatformContract,
        GuestKernelContract,
        ConversionContract {
  /** How long a test may take. */
  int SECONDS = 60;
}
