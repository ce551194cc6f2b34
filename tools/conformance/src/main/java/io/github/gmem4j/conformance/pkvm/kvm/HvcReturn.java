package io.github.gmem4j.conformance.pkvm.kvm;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;

/** What a guest's call comes to. */
public sealed interface HvcReturn {
  /** The guest goes on. */
  record Answered(HvcResult registers) implements HvcReturn {}

  /** The guest takes an exception at the call. */
  record Excepted(long syndrome) implements HvcReturn {}

  /** {@code KVM_RUN} fails, and the guest stays at the call. */
  record Failed(Errno errno) implements HvcReturn {}
}
