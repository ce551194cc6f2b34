package io.github.gmem4j.policy.snp.kvm;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.policy.snp.ghcb.ExitInfo;
import io.github.gmem4j.policy.snp.ghcb.PscBuffer;
import io.github.gmem4j.policy.snp.ghcb.PscEntry;
import io.github.gmem4j.policy.snp.ghcb.VmgExitResult;
import java.util.Optional;

/**
 * How far a page state change has come. The buffer is a snapshot taken when the guest left, of
 * which only the progress changes: what the guest writes into it meanwhile is never looked at. (KVM
 * reads the entries again and keeps only the indexes.)
 *
 * <p>Source: Linux 7.3 {@code snp_do_psc}, {@code snp_complete_one_psc} and {@code
 * snp_complete_psc} of {@code arch/x86/kvm/svm/sev.c}.
 *
 * @param buffer what the guest will find, with the progress so far
 * @param next the first entry of the batch in flight
 * @param end the last entry of the request
 * @param inFlight how many entries are in flight
 */
record PscCursor(PscBuffer buffer, int next, int end, int inFlight) implements Pending {
  /** Begins a request whose header was checked. */
  static Step begin(PscBuffer buffer) {
    return goOn(buffer, buffer.header().currentEntry(), buffer.header().endEntry());
  }

  /** Looks for the next batch. An entry is checked before it is skipped as done. */
  private static Step goOn(PscBuffer buffer, int from, int end) {
    PscBuffer seen = buffer;
    int index = from;
    while (index <= end) {
      PscEntry start = seen.entry(index);
      if (!start.isValid()) {
        return answer(ExitInfo.INVALID_ENTRY, seen);
      }
      if (start.isDone()) {
        index++;
        seen = seen.at(index);
        continue;
      }
      PscBatch batch = PscBatch.from(seen, index, end);
      Optional<Shareability> target = start.operation().target();
      if (target.isPresent()) {
        return new Step.Leave(
            batch.exit(target.get()), new PscCursor(seen, index, end, batch.count()));
      }
      // PSMASH, UNSMASH and what does not exist: said to be done, and nothing is.
      seen = seen.completed(index, batch.count());
      index += batch.count();
    }
    return answer(ExitInfo.NONE, seen);
  }

  /** Goes on after the VMM answered the batch in flight. */
  Step afterExit(Reply reply) {
    if (!(reply instanceof Reply.Answer answer)) {
      return fail("a page state change is not completed by " + reply);
    }
    if (answer.equals(Reply.Answer.DONE)) {
      return goOn(buffer.completed(next, inFlight), next + inFlight, end);
    }
    if (answer.equals(Reply.Answer.RETRY) || answer.equals(Reply.Answer.REFUSE)) {
      return answer(ExitInfo.FAILED, buffer);
    }
    return fail(
        "hypercall.ret of a page state change must be 0, EAGAIN or EINVAL, not " + answer.ret());
  }

  /**
   * The VMM answered the batch with nonsense. KVM forgets to clear it: the guest would find no
   * error and no progress, call again, and be refused because a batch is in flight. The two calls
   * are one here.
   */
  private Step fail(String reason) {
    return new Step.Fail(
        Errno.EINVAL,
        reason,
        new Pending.Forgotten(new VmgExitResult.Event(ExitInfo.FAILED, buffer)));
  }

  static Step answer(ExitInfo info, PscBuffer buffer) {
    return new Step.Return(new VmgExitResult.Event(info, buffer));
  }
}
