package io.github.gmem4j.policy.tdx.sept;

import io.github.gmem4j.api.policy.PlatformHost;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import java.util.function.Supplier;

/**
 * How KVM makes the calls that must not fail: when somebody holds a lock, all vCPUs are made to
 * leave and kept out, and the call is repeated exactly once. Any other failure makes the VM dead.
 *
 * <p>Source: Linux 7.3 {@code arch/x86/kvm/vmx/tdx.c}.
 */
final class HostCalls {
  private final PlatformHost host;

  HostCalls(PlatformHost host) {
    this.host = host;
  }

  /** Makes a call; tells whether it succeeded, and makes the VM dead if not. */
  boolean mustSucceed(String name, Supplier<TdxStatus> call) {
    return mustSucceedOrDie(name, afterOneRetry(call));
  }

  /** Makes a call that nothing can be done about when a lock is held. */
  boolean mustSucceedAtOnce(String name, Supplier<TdxStatus> call) {
    return mustSucceedOrDie(name, call.get());
  }

  /** Makes a call, with the one retry, and returns what it answered in the end. */
  TdxStatus afterOneRetry(Supplier<TdxStatus> call) {
    TdxStatus first = call.get();
    // PREVIOUS_TLB_EPOCH_BUSY is not one of these: it would mean that a kick was forgotten.
    if (!first.is(TdxStatus.OPERAND_BUSY)) {
      return first;
    }
    host.kickVcpus();
    return call.get();
  }

  private boolean mustSucceedOrDie(String name, TdxStatus status) {
    if (!status.succeeded()) {
      host.bug(name + " failed: " + status);
    }
    return status.succeeded();
  }
}
