package io.github.gmem4j.policy.snp.guest;

import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.InstructionResult;
import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.GuestMove;
import io.github.gmem4j.api.policy.GuestProgress;
import io.github.gmem4j.api.policy.Substitute;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.policy.snp.ghcb.GhcbMsr;
import io.github.gmem4j.policy.snp.ghcb.PageSize;
import io.github.gmem4j.policy.snp.ghcb.PscBuffer;
import io.github.gmem4j.policy.snp.ghcb.PscEntry;
import io.github.gmem4j.policy.snp.ghcb.PscHeader;
import io.github.gmem4j.policy.snp.ghcb.VmgExit;
import io.github.gmem4j.policy.snp.rmp.PageTableChange;
import io.github.gmem4j.policy.snp.rmp.RmpStatus;
import io.github.gmem4j.policy.snp.rmp.SnpInstruction;
import io.github.gmem4j.policy.snp.rmp.SnpInstructionResult;
import io.github.gmem4j.policy.snp.rmp.Validation;
import java.util.Optional;

/**
 * How an SNP guest converts. To private it sets the encryption bit in its page table, then asks and
 * validates each page, chunk by chunk; to shared it rescinds the validation of each page and asks,
 * chunk by chunk, and clears the bit at the end. PVALIDATE goes through the page table as it is at
 * that moment: where a page is shared already it faults in the guest, before anybody is asked.
 * Immutable; pure functions.
 *
 * <p>Sources for the order: Linux 7.3 {@code __set_memory_enc_pgtable} of {@code
 * arch/x86/mm/pat/set_memory.c}; EDK2 {@code SetMemoryEncDec} of {@code
 * OvmfPkg/Library/BaseMemEncryptSevLib/X64/PeiDxeVirtualMemory.c}; COCONUT {@code
 * kernel/src/mm/page_visibility.rs}.
 *
 * <p>A page is validated once only: a PVALIDATE that changes nothing means that somebody has played
 * with the page, and the guest ends itself.
 */
public final class PscGuest implements GuestKernel {
  /**
   * How often a guest asks without any progress before the model says that it would go on for ever.
   * Real guests have no such limit.
   */
  public static final int ROUNDS_WITHOUT_PROGRESS = 16;

  private final Habits habits;
  private final Gpa ghcb;

  /**
   * Creates the guest.
   *
   * @param habits which software it is
   * @param ghcb where its GHCB lies
   */
  public PscGuest(Habits habits, Gpa ghcb) {
    this.habits = habits;
    this.ghcb = ghcb;
  }

  /**
   * A request is out.
   *
   * @param furthest how far any answer has come, as {@link #position}
   * @param idle how many answers since have not come further
   */
  private record Asking(PscChunk chunk, PscBuffer sent, long furthest, int idle)
      implements GuestProgress {}

  private record Validating(ValidationWalk walk) implements GuestProgress {}

  /** The page table is written: before the first chunk to private, after the last to shared. */
  private record Remapping(PscChunk chunk) implements GuestProgress {}

  private record Terminating(GhcbMsr request) implements GuestProgress {}

  @Override
  public GuestMove begin(GpaRange range, Shareability target) {
    if (!range.isPageAligned() || range.isEmptyOrWraps()) {
      return new GuestMove.GiveUp("not a range of whole pages: " + range);
    }
    long first = range.start().gfn().value();
    long end = first + range.size().wholePages().value();
    if (end > PscEntry.GFN_LIMIT) {
      return new GuestMove.GiveUp("no entry can name the end of " + range);
    }
    PscChunk chunk = PscChunk.firstOf(target, GfnRange.of(first, end - first), habits);
    return switch (target) {
      case PRIVATE -> remap(chunk);
      case SHARED -> beginChunk(chunk);
    };
  }

  private static GuestMove remap(PscChunk chunk) {
    return new GuestMove.Execute(
        new PageTableChange(chunk.whole(), chunk.target()), new Remapping(chunk));
  }

  private GuestMove beginChunk(PscChunk chunk) {
    return switch (chunk.target()) {
      case PRIVATE -> ask(chunk);
      case SHARED -> validate(ValidationWalk.over(chunk));
    };
  }

  private GuestMove ask(PscChunk chunk) {
    return ask(new Asking(chunk, PscBuffer.request(chunk.entries()), 0, 0));
  }

  private GuestMove ask(Asking asking) {
    return new GuestMove.Call(habits.call(ghcb, asking.sent()), asking);
  }

  private static GuestMove validate(ValidationWalk walk) {
    return new GuestMove.Execute(walk.instruction(), new Validating(walk));
  }

  @Override
  public GuestMove afterCall(GuestProgress progress, GuestResult result) {
    return switch (progress) {
      case Asking asking -> afterAnswer(asking, result);
      // A hypervisor that runs it again finds it halting, or in a dead loop.
      case Terminating dead -> GuestMove.HALT;
      default -> unexpected(progress, result);
    };
  }

  private GuestMove afterAnswer(Asking asking, GuestResult result) {
    PscHeader start = PscHeader.upTo(asking.chunk().entries().size() - 1);
    return switch (habits.read(start, result)) {
      case Verdict.Finished done -> asked(asking.chunk());
      case Verdict.Again again -> askAgain(asking, again.buffer());
      case Verdict.Failure failure -> fail(failure);
    };
  }

  private GuestMove askAgain(Asking asking, PscBuffer buffer) {
    long reached = position(buffer);
    if (reached > asking.furthest()) {
      return ask(new Asking(asking.chunk(), buffer, reached, 0));
    }
    int idle = asking.idle() + 1;
    return idle < ROUNDS_WITHOUT_PROGRESS
        ? ask(new Asking(asking.chunk(), buffer, asking.furthest(), idle))
        : new GuestMove.GiveUp(
            "asks for ever: no progress in %d answers, at entry %d"
                .formatted(idle, buffer.header().currentEntry()));
  }

  private static long position(PscBuffer buffer) {
    int current = buffer.header().currentEntry();
    return (long) current << Short.SIZE | buffer.entry(current).currentPage();
  }

  private GuestMove asked(PscChunk chunk) {
    return switch (chunk.target()) {
      case PRIVATE -> validate(ValidationWalk.over(chunk));
      case SHARED -> nextChunk(chunk);
    };
  }

  private GuestMove nextChunk(PscChunk chunk) {
    if (!chunk.isLast()) {
      return beginChunk(chunk.following(habits));
    }
    return switch (chunk.target()) {
      case PRIVATE -> GuestMove.DONE;
      case SHARED -> remap(chunk);
    };
  }

  @Override
  public GuestMove afterInstruction(GuestProgress progress, InstructionResult result) {
    if (progress instanceof Remapping remapping && result.equals(PageTableChange.WRITTEN)) {
      return switch (remapping.chunk().target()) {
        case PRIVATE -> beginChunk(remapping.chunk());
        case SHARED -> GuestMove.DONE;
      };
    }
    if (!(progress instanceof Validating validating)
        || !(result instanceof SnpInstructionResult answer)) {
      return unexpected(progress, result);
    }
    ValidationWalk walk = validating.walk();
    if (answer.equals(SnpInstructionResult.CHANGED)) {
      return walk.advanced().map(PscGuest::validate).orElseGet(() -> validated(walk.chunk()));
    }
    Optional<ValidationWalk> smaller =
        answer.status() == RmpStatus.FAIL_SIZEMISMATCH ? walk.smaller() : Optional.empty();
    return smaller
        .map(PscGuest::validate)
        .orElseGet(() -> fail(habits.afterFailedPvalidate(answer)));
  }

  /**
   * {@inheritDoc}
   *
   * <p>Without an RMP nobody keeps books of what was validated: PVALIDATE of 4 KiB always changes
   * something, and 2 MiB never match, as for pages that the host has mapped as 4 KiB. A page table
   * of the guest's own is not kept either.
   */
  @Override
  public Optional<PlatformInstruction> acceptance(Gpa page) {
    return Optional.of(new SnpInstruction.Pvalidate(page, PageSize.KIB_4, Validation.VALIDATE));
  }

  @Override
  public Optional<Substitute> substitute(PlatformInstruction instruction) {
    return switch (instruction) {
      case PageTableChange change -> Optional.of(new Substitute.Answer(PageTableChange.WRITTEN));
      case SnpInstruction.Pvalidate validate
          when !validate.mapping().equals(Optional.of(Shareability.SHARED)) ->
          Optional.of(
              new Substitute.Answer(
                  validate.size() == PageSize.KIB_4
                      ? SnpInstructionResult.CHANGED
                      : SnpInstructionResult.failed(RmpStatus.FAIL_SIZEMISMATCH)));
      default -> Optional.empty();
    };
  }

  private GuestMove validated(PscChunk chunk) {
    return switch (chunk.target()) {
      case PRIVATE -> nextChunk(chunk);
      case SHARED -> ask(chunk);
    };
  }

  private static GuestMove fail(Verdict.Failure failure) {
    return switch (failure) {
      case Verdict.Terminate end ->
          new GuestMove.Call(new VmgExit.Msr(end.request()), new Terminating(end.request()));
      case Verdict.Report report -> new GuestMove.GiveUp(report.reason());
    };
  }

  private static GuestMove unexpected(Object progress, Object result) {
    return new GuestMove.GiveUp("unexpected " + result + " after " + progress);
  }
}
