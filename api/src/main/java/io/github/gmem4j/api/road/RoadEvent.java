package io.github.gmem4j.api.road;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.api.policy.HostAttempt;
import io.github.gmem4j.api.policy.HostReach;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.policy.Withheld;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Reply;
import java.time.Duration;

/** One thing that happened on the road of a request. */
public sealed interface RoadEvent {
  /** A guest begins an action of its program. */
  record ActionBegun(int vcpu, GuestAction action) implements RoadEvent {
    @Override
    public Seat seat() {
      return Seat.GUEST;
    }
  }

  /** A guest kernel makes a call on the way to fulfil a request. */
  record CallMade(int vcpu, GuestCall call) implements RoadEvent {
    @Override
    public Seat seat() {
      return Seat.GUEST;
    }
  }

  /** A call that a guest kernel made on the way to fulfil a request returns to it. */
  record CallReturned(int vcpu, GuestCall call, GuestResult result) implements RoadEvent {
    @Override
    public Seat seat() {
      return Seat.GUEST;
    }
  }

  /** A guest kernel executes an instruction on the way to fulfil a request. */
  record InstructionExecuted(int vcpu, PlatformInstruction instruction) implements RoadEvent {
    @Override
    public Seat seat() {
      return Seat.GUEST;
    }
  }

  /** A guest's action is finished. */
  record ActionFinished(int vcpu, GuestAction action, ActionResult result) implements RoadEvent {
    @Override
    public Seat seat() {
      return Seat.GUEST;
    }
  }

  /** {@code run()} returns. */
  record RunLeft(int vcpu, Exit exit) implements RoadEvent {
    @Override
    public Seat seat() {
      return Seat.KVM;
    }
  }

  /** {@code run()} is called. */
  record RunEntered(int vcpu, Reply reply) implements RoadEvent {
    @Override
    public Seat seat() {
      return Seat.VMM;
    }
  }

  /** KVM maps a page for the guest. */
  record PageMapped(int vcpu, Gfn gfn, Shareability as) implements RoadEvent {
    @Override
    public Seat seat() {
      return Seat.KVM;
    }
  }

  /** The VMM reads a wish in an exit. */
  record WishRead(int vcpu, Wish.Convert wish) implements RoadEvent {
    @Override
    public Seat seat() {
      return Seat.VMM;
    }
  }

  /** A participant answers that it is prepared, needs time or refuses. */
  record ParticipantPrepared(String participant, PlannedConversion conversion, Preparation answer)
      implements RoadEvent {
    @Override
    public Seat seat() {
      return Seat.VMM;
    }
  }

  /** A participant commits. */
  record ParticipantCommitted(String participant, PlannedConversion conversion)
      implements RoadEvent {
    @Override
    public Seat seat() {
      return Seat.VMM;
    }
  }

  /** A participant aborts. */
  record ParticipantAborted(String participant, PlannedConversion conversion) implements RoadEvent {
    @Override
    public Seat seat() {
      return Seat.VMM;
    }
  }

  /** The VMM holds the vCPU and waits. */
  record VcpuHeld(int vcpu, Duration pause, int attempt) implements RoadEvent {
    @Override
    public Seat seat() {
      return Seat.VMM;
    }
  }

  /** The VMM has settled a wish. */
  record WishSettled(int vcpu, Wish.Convert wish, Settlement settlement) implements RoadEvent {
    @Override
    public Seat seat() {
      return Seat.VMM;
    }
  }

  /**
   * A participant broke its promise: from now on the frames are not converted. Told whether or not
   * a request waits for an answer.
   */
  record RangePoisoned(Settlement.Poisoned poison) implements RoadEvent {
    @Override
    public Seat seat() {
      return Seat.VMM;
    }
  }

  /**
   * A conversion was tried.
   *
   * @param range bytes of the guest memory, or guest physical bytes where the VM keeps the state
   */
  record ConversionTried(ByteRange range, Shareability target, ConversionOutcome outcome)
      implements RoadEvent {
    @Override
    public Seat seat() {
      return Seat.MEMORY;
    }
  }

  /** KVM keeps shared pages from the guest, or from everyone. */
  record PagesWithheld(int vcpu, GpaRange range, Withheld from) implements RoadEvent {
    @Override
    public Seat seat() {
      return Seat.KVM;
    }
  }

  /** The hypervisor beneath KVM has given pages another owner, without any check. */
  record PagesFlipped(int vcpu, GpaRange range, Shareability target) implements RoadEvent {
    @Override
    public Seat seat() {
      return Seat.KVM;
    }
  }

  /** The last reference on a page that was withheld from everyone is gone: it became private. */
  record LastReferenceDropped(PageIndex page) implements RoadEvent {
    @Override
    public Seat seat() {
      return Seat.MEMORY;
    }
  }

  /**
   * The host reads or writes a private page through a reference that it was left with.
   *
   * @param page the page
   * @param holder who holds the reference
   * @param attempt who reads or writes through it, and which way
   * @param reach what the access reaches
   */
  record PrivatePageReached(PageIndex page, String holder, HostAttempt attempt, HostReach reach)
      implements RoadEvent {
    @Override
    public Seat seat() {
      return Seat.MEMORY;
    }
  }

  /** Returns who did it. */
  Seat seat();
}
