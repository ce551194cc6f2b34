package io.github.gmem4j.policy.tdx.guest;

import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.InstructionResult;
import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.GuestMove;
import io.github.gmem4j.api.policy.GuestProgress;
import io.github.gmem4j.api.policy.Substitute;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.policy.tdx.tdcall.GuestAddressWidth;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import io.github.gmem4j.policy.tdx.tdcall.TdCall;
import io.github.gmem4j.policy.tdx.tdcall.TdCallResult;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import io.github.gmem4j.policy.tdx.tdcall.VmCall;
import io.github.gmem4j.policy.tdx.tdcall.VmCallResult;
import io.github.gmem4j.policy.tdx.tdcall.VmCallStatus;
import java.util.Optional;

/**
 * How EDK2 firmware (TDVF) converts: page-table entry by page-table entry, each a call of its own
 * and, to private, an accept of its own. Its identity map has the largest entries that fit.
 *
 * <p>A hazard of the original is kept: after a RETRY that made progress, only the tail of the entry
 * is accepted, and the head stays private but not accepted. A page that was accepted before is no
 * failure for it. Source: {@code OvmfPkg/Library/BaseMemEncryptTdxLib/MemoryEncryption.c}, {@code
 * MdePkg/Library/TdxLib/AcceptPages.c}.
 */
public final class FirmwareGuest implements GuestKernel {
  /** What the firmware makes of {@link VmCallStatus#RETRY}. */
  public enum RetryReading {
    /** It calls again, with the limits Linux has. */
    CALL_AGAIN,
    /** It looks at the error bit alone: RETRY counts as success, whatever was left undone. */
    SUCCESS
  }

  /** How often it executes an accept again that met a lock. */
  static final int BUSY_LIMIT = 3;

  private final GuestAddressWidth width;
  private final RetryReading reading;

  /** Creates the guest. */
  public FirmwareGuest(GuestAddressWidth width, RetryReading reading) {
    this.width = width;
    this.reading = reading;
  }

  /** One entry is being mapped; {@code end} is where the whole request ends. */
  private record Mapping(CheckedRetries entry, Shareability target, long end)
      implements GuestProgress {}

  /**
   * One entry is being accepted; {@code rest} begins behind it, and {@code busy} answers came in a
   * row.
   */
  private record Accepting(SizedAccept accept, int busy, Gpa rest, long end)
      implements GuestProgress {}

  @Override
  public GuestMove begin(GpaRange range, Shareability target) {
    return nextEntry(range.start(), range.start().value() + range.size().value(), target);
  }

  @Override
  public GuestMove afterCall(GuestProgress progress, GuestResult result) {
    if (!(progress instanceof Mapping mapping) || !(result instanceof VmCallResult answer)) {
      return new GuestMove.GiveUp("unexpected " + result + " after " + progress);
    }
    if (answer.status().equals(VmCallStatus.RETRY) && reading == RetryReading.CALL_AGAIN) {
      return mapping
          .entry()
          .afterRetry(answer.r11())
          .map(retries -> call(new Mapping(retries, mapping.target(), mapping.end())))
          .orElseGet(() -> new GuestMove.GiveUp("MapGPA failed, no more retries: " + answer));
    }
    return answer.status().hasErrorBit()
        ? new GuestMove.GiveUp("MapGPA failed: " + answer)
        : mapped(mapping);
  }

  @Override
  public GuestMove afterInstruction(GuestProgress progress, InstructionResult result) {
    if (!(progress instanceof Accepting accepting) || !(result instanceof TdCallResult answer)) {
      return new GuestMove.GiveUp("unexpected " + result + " after " + progress);
    }
    TdxStatus status = answer.status();
    if (status.is(TdxStatus.OPERAND_BUSY) && accepting.busy() < BUSY_LIMIT) {
      SizedAccept accept = accepting.accept();
      return new GuestMove.Execute(
          accept.instruction(),
          new Accepting(accept, accepting.busy() + 1, accepting.rest(), accepting.end()));
    }
    return accepting
        .accept()
        .after(
            status.is(TdxStatus.PAGE_ALREADY_ACCEPTED) ? TdxStatus.SUCCESS : status,
            accept -> new Accepting(accept, 0, accepting.rest(), accepting.end()),
            () -> nextEntry(accepting.rest(), accepting.end(), Shareability.PRIVATE));
  }

  @Override
  public Optional<PlatformInstruction> acceptance(Gpa page) {
    return Optional.of(new TdCall.AcceptPage(page, PageSize.KIB_4));
  }

  @Override
  public Optional<Substitute> substitute(PlatformInstruction instruction) {
    return WithoutModule.substitute(instruction);
  }

  private GuestMove nextEntry(Gpa at, long end, Shareability target) {
    long left = end - at.value();
    if (left == 0) {
      return GuestMove.DONE;
    }
    long entry = Math.min(PageWalk.fitting(at, left, PageSize.GIB_1).bytes(), left);
    return call(new Mapping(CheckedRetries.begin(width.tag(at, target), entry), target, end));
  }

  private static GuestMove call(Mapping mapping) {
    CheckedRetries entry = mapping.entry();
    return new GuestMove.Call(new VmCall.MapGpa(entry.next(), entry.length()), mapping);
  }

  private GuestMove mapped(Mapping mapping) {
    CheckedRetries entry = mapping.entry();
    Gpa rest = width.strip(entry.end());
    if (mapping.target() == Shareability.SHARED) {
      return nextEntry(rest, mapping.end(), Shareability.SHARED);
    }
    return SizedAccept.begin(
        new GpaRange(width.strip(entry.next()), new ByteCount(entry.length())),
        accept -> new Accepting(accept, 0, rest, mapping.end()),
        () -> nextEntry(rest, mapping.end(), Shareability.PRIVATE));
  }
}
