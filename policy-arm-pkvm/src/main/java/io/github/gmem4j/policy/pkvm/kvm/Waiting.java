package io.github.gmem4j.policy.pkvm.kvm;

import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;

/**
 * What a vCPU waits for while pages are to change hands. The kernel keeps it; nothing in it is read
 * back from what the VMM can write.
 */
sealed interface Waiting extends Pending {
  /** Returns the pages. */
  GpaRange range();

  /** Returns the state they are to have. */
  Shareability target();

  /** All of them have it. */
  Step done();

  /** They will not have it, because the VMM says so. */
  Step refused();

  /** They cannot have it; nothing has changed. */
  Step rejected(ConversionOutcome.Rejected outcome);

  /** The guest is in its MEM_SHARE. */
  record InShare(MemoryCall call) implements Waiting {
    @Override
    public GpaRange range() {
      return call.range();
    }

    @Override
    public Shareability target() {
      return Shareability.SHARED;
    }

    @Override
    public Step done() {
      return new Step.Return(call.success());
    }

    @Override
    public Step refused() {
      return new Step.Return(HvcResult.INVALID_PARAMETER);
    }

    @Override
    public Step rejected(ConversionOutcome.Rejected outcome) {
      return refused();
    }
  }

  /** The guest is in its MEM_UNSHARE. */
  record InUnshare(MemoryCall call) implements Waiting {
    @Override
    public GpaRange range() {
      return call.range();
    }

    @Override
    public Shareability target() {
      return Shareability.PRIVATE;
    }

    @Override
    public Step done() {
      return new Step.Return(call.success());
    }

    @Override
    public Step refused() {
      return new Step.Return(HvcResult.INVALID_PARAMETER);
    }

    @Override
    public Step rejected(ConversionOutcome.Rejected outcome) {
      return refused();
    }
  }

  /** The guest is in its MEM_UNSHARE, and the pages are being given back to the host. */
  record InCancelledUnshare(MemoryCall call) implements Waiting {
    @Override
    public GpaRange range() {
      return call.range();
    }

    @Override
    public Shareability target() {
      return Shareability.SHARED;
    }

    @Override
    public Step done() {
      return new Step.Return(HvcResult.INVALID_PARAMETER);
    }

    @Override
    public Step refused() {
      return done();
    }

    /** Too late: they are the guest's alone by now. */
    @Override
    public Step rejected(ConversionOutcome.Rejected outcome) {
      return new Step.Return(call.success());
    }
  }

  /**
   * The guest is at an access to a page that was taken from it after it had been told success, or
   * that it has never shared.
   */
  record AtTouch(GpaRange range) implements Waiting {
    @Override
    public Shareability target() {
      return Shareability.PRIVATE;
    }

    @Override
    public Step done() {
      return Step.RESUME;
    }

    @Override
    public Step refused() {
      return stuck("the VMM does not let go of it");
    }

    @Override
    public Step rejected(ConversionOutcome.Rejected outcome) {
      // Overtaken by a newer MEM_SHARE, the access finds a shared page.
      return outcome.reject() == Errno.ECANCELED ? Step.RESUME : stuck(outcome.reason());
    }

    /** There is no call left to answer, so the vCPU cannot go on. */
    private Step stuck(String why) {
      return new Step.Fail(
          Errno.EFAULT, "the guest touches " + range + " and cannot have it: " + why, NONE);
    }
  }
}
