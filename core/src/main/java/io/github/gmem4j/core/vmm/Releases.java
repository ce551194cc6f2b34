package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.policy.Unconverted;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.vm.ConversionScope;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.VirtualMachine;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Wishes that the kernel fulfils: the participants are ready, and stay so until it is known whether
 * it did.
 *
 * <p>What came of them is known from the pages' state, since nothing tells: the kernel converts
 * inside {@code run()} and the next exit may be about anything. Thread-safe; participants are
 * called with no lock held.
 */
final class Releases {
  /**
   * A wish in the kernel's hands.
   *
   * @param vcpu whose it is
   * @param frames its frames
   * @param pieces what it was planned as
   * @param readiness who is ready
   * @param retry where it is in its retry rule
   */
  record Release(
      int vcpu,
      Wish.Convert wish,
      GfnRange frames,
      List<PlannedConversion> pieces,
      Participants.Readiness readiness,
      RetryCursor retry) {}

  private final VirtualMachine vm;
  private final VmmSeat rules;
  private final PoisonedFrames poisoned;
  private final List<Release> open = new CopyOnWriteArrayList<>();

  Releases(VirtualMachine vm, VmmSeat rules, PoisonedFrames poisoned) {
    this.vm = vm;
    this.rules = rules;
    this.poisoned = poisoned;
  }

  /** Hands a wish to the kernel. */
  void open(Release release) {
    open.add(release);
  }

  /** Returns a vCPU's wish if it is in the kernel's hands: then the kernel asks again. */
  Optional<Release> repeated(int vcpu, Wish.Convert wish) {
    return open.stream()
        .filter(release -> release.vcpu() == vcpu && release.wish().equals(wish))
        .findFirst();
  }

  /**
   * A vCPU has left {@code run()} with something else: its wishes are fulfilled, given up or still
   * to come.
   */
  void afterRun(int vcpu) {
    for (Release release : open) {
      boolean givenUp =
          release.vcpu() == vcpu && rules.unconverted(release.wish()) == Unconverted.GIVEN_UP;
      if (givenUp || release.pieces().stream().allMatch(this::isDone)) {
        end(release);
      }
    }
  }

  /** A newer wish concerns some frames: those in the kernel's hands that overlap end. */
  void makeWayFor(GfnRange frames) {
    for (Release release : open) {
      if (release.frames().overlaps(frames)) {
        end(release);
      }
    }
  }

  /** Ends a wish: the participants commit what was converted and abort the rest. */
  void end(Release release) {
    if (open.remove(release)) {
      List<String> broken =
          release.readiness().commit(release.pieces().stream().filter(this::isDone).toList());
      if (!broken.isEmpty()) {
        poisoned.add(release.frames(), String.join("; ", broken));
      }
    }
  }

  /** Tells whether the kernel has converted a piece. */
  private boolean isDone(PlannedConversion piece) {
    if (vm.conversionScope() == ConversionScope.VM) {
      // There the state cannot be asked for; the kernel would have asked again.
      return true;
    }
    for (long page = piece.pages().first().value(); page < piece.pages().endExclusive(); page++) {
      if (piece.memory().shareability(new PageIndex(page)) != piece.target()) {
        return false;
      }
    }
    return true;
  }
}
