package io.github.gmem4j.policy.pkvm.el2;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.policy.pkvm.hvc.HostCalls;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;

/** What EL2 makes of a guest's call. */
public sealed interface HvcOutcome {
  /**
   * The guest goes on with this; the host never hears of the call.
   *
   * @param result what is in the guest's registers
   */
  record Answered(HvcResult result) implements HvcOutcome {}

  /**
   * Nothing is mapped at a frame: the host gets a write fault there and the guest makes the call
   * again. What to do where no memory slot is (the guest takes an external data abort, measured) is
   * the host kernel's to say.
   *
   * @param gfn the frame
   */
  record NeedsPage(Gfn gfn) implements HvcOutcome {}

  /**
   * A frame lies in a block: the host is to split it, and the guest makes the call again. {@link
   * io.github.gmem4j.policy.pkvm.hvc.HvcProfile#ANDROID} only.
   *
   * @param gfn the frame
   */
  record NeedsSplit(Gfn gfn) implements HvcOutcome {}

  /**
   * The request is the guest's to make, and nothing has changed yet: who gates conversions decides.
   * Of {@link Hypervisor#vet} only.
   *
   * @param range the pages, of which each may change to {@code target} or was asked for by another
   *     vCPU whose call has not returned
   * @param target what the guest wants them to be
   */
  record Vetted(GfnRange range, Shareability target) implements HvcOutcome {}

  /**
   * The guest gave a page up. It is the host's, and the host kernel drops its reference before the
   * guest goes on.
   *
   * @param folio the page
   * @param result what is in the guest's registers
   */
  record Relinquished(Folio folio, HvcResult result) implements HvcOutcome {}

  /** No function of EL2's: the host kernel answers, as {@link HostCalls} does. */
  record Forwarded() implements HvcOutcome {}

  /** The one value of {@link Forwarded}. */
  Forwarded FORWARDED = new Forwarded();

  /** Returns the answer with a result. */
  static Answered answered(HvcResult result) {
    return new Answered(result);
  }
}
