package io.github.gmem4j.cli.comparing;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.cli.journal.Follower;
import io.github.gmem4j.cli.staging.Machine;
import io.github.gmem4j.cli.staging.World;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Looks at the memory at the moments that tell whether everybody was told the truth. */
final class Watch implements Follower {
  /** A request that a vCPU's guest kernel is about. */
  private final class Asking {
    private final GuestAction.Request request;
    private final List<GpaRange> calledFor = new ArrayList<>();
    private boolean callHasReturned;
    private boolean isCounted;

    Asking(GuestAction.Request request) {
      this.request = request;
    }

    private void check(boolean isUntrue) {
      if (isUntrue && !isCounted) {
        isCounted = true;
        toldUntruly++;
      }
    }
  }

  private final World world;
  private final Contents contents;

  /**
   * Frames that the VMM has given to the kernel to be made private, without being told what came of
   * it.
   */
  private final Set<Gfn> leftToKernel = new HashSet<>();

  private final Map<Integer, Asking> asking = new HashMap<>();
  private Machine machine;
  private boolean isInRun;
  private int toldUntruly;
  private int ambiguousFaults;

  Watch(World world, Contents contents) {
    this.world = world;
    this.contents = contents;
    this.machine = world.machine();
  }

  @Override
  public void on(RoadEvent event) {
    noticeReboot();
    switch (event) {
      case RoadEvent.ActionBegun begun -> begins(begun.vcpu(), begun.action());
      case RoadEvent.CallReturned returned -> returned(returned.vcpu());
      case RoadEvent.InstructionExecuted executed -> accepts(executed.vcpu());
      case RoadEvent.ActionFinished finished ->
          finished(finished.vcpu(), finished.action(), finished.result());
      case RoadEvent.RunEntered entered -> isInRun = true;
      case RoadEvent.RunLeft left -> {
        isInRun = false;
        left(left.exit());
      }
      case RoadEvent.ConversionTried tried -> tried(tried);
      case RoadEvent.WishRead read -> asks(read.vcpu(), read.wish());
      case RoadEvent.WishSettled settled -> settled(settled.wish(), settled.settlement());
      default -> {}
    }
  }

  /** A new guest has not asked for anything. */
  private void noticeReboot() {
    if (machine != world.machine()) {
      machine = world.machine();
      leftToKernel.clear();
      asking.clear();
    }
  }

  private void begins(int vcpu, GuestAction action) {
    if (action instanceof GuestAction.Request request) {
      asking.put(vcpu, new Asking(request));
    }
  }

  private void finished(int vcpu, GuestAction action, ActionResult result) {
    if (action instanceof GuestAction.Write write && result instanceof ActionResult.Stored) {
      contents.wrote(write.at().gfn());
    }
    Asking asked = asking.remove(vcpu);
    if (asked != null && result instanceof ActionResult.GaveUp) {
      // A kernel that lets the call fail has ended the request with it.
      frames(asked.request.range()).forEach(leftToKernel::remove);
    } else if (asked != null) {
      asked.check(frames(asked.request.range()).anyMatch(gfn -> isNot(asked, gfn)));
    }
  }

  /** A guest that accepts memory right after its call takes the call for a success. */
  private void accepts(int vcpu) {
    Asking asked = asking.get(vcpu);
    if (asked != null && asked.callHasReturned) {
      asked.callHasReturned = false;
      asked.check(
          frames(asked.request.range())
              .filter(gfn -> asked.calledFor.stream().anyMatch(range -> contains(range, gfn)))
              .anyMatch(gfn -> isNot(asked, gfn)));
      asked.calledFor.clear();
    }
  }

  private void asks(int vcpu, Wish.Convert wish) {
    Asking asked = asking.get(vcpu);
    if (asked != null) {
      asked.calledFor.add(wish.range());
    }
  }

  private void returned(int vcpu) {
    Asking asked = asking.get(vcpu);
    if (asked != null) {
      asked.callHasReturned = true;
    }
  }

  private boolean isNot(Asking asked, Gfn gfn) {
    return isNot(asked.request.target(), gfn);
  }

  /**
   * A private access to a page that is still shared is ambiguous if the VMM has left the page to
   * the kernel and has not been told what came of it: the kernel may have found it held, so that
   * somebody must let go, or it has dropped the request for a newer one, and the guest is wrong. A
   * VMM that converts by itself knows what came of it, one that has not answered yet knows that,
   * too, and an exit with an error offset says it.
   */
  private void left(Exit exit) {
    leftToKernel.removeIf(gfn -> !isNot(Shareability.PRIVATE, gfn));
    if (exit instanceof Exit.MemoryFault fault
        && fault.access() == Shareability.PRIVATE
        && fault.errorOffset().isEmpty()
        && leftToKernel.contains(fault.gpa().gfn())) {
      ambiguousFaults++;
    }
  }

  /** Ready means: left to the kernel, which says nothing unless it asks again. */
  private void settled(Wish.Convert wish, Settlement settlement) {
    if (settlement instanceof Settlement.Ready && wish.target() == Shareability.PRIVATE) {
      frames(wish.range()).forEach(leftToKernel::add);
    } else if (isTold(wish, settlement)) {
      leftToKernel.removeIf(gfn -> contains(wish.range(), gfn));
    }
  }

  /** Tells whether the VMM knows from now on what came of the pages, or that nothing will. */
  private static boolean isTold(Wish.Convert wish, Settlement settlement) {
    return switch (settlement) {
      case Settlement.Fulfilled fulfilled -> true;
      case Settlement.Ready ready -> true;
      case Settlement.RetryLater later -> isRefusal(wish);
      case Settlement.GaveUp gaveUp -> isRefusal(wish);
      case Settlement.Refused refused -> isRefusal(wish);
      case Settlement.Rejected rejected -> isRefusal(wish);
      case Settlement.Unbacked unbacked -> isRefusal(wish);
      case Settlement.Poisoned poisoned -> isRefusal(wish);
    };
  }

  /** A kernel whose question is answered with an error does not convert. */
  private static boolean isRefusal(Wish.Convert wish) {
    return wish.target() == Shareability.PRIVATE && wish.origin() == Wish.Origin.EXPLICIT;
  }

  /** Whatever a conversion by the VMM itself yields tells it about the pages. */
  private void tried(RoadEvent.ConversionTried tried) {
    if (!isInRun && !(tried.outcome() instanceof ConversionOutcome.Rejected)) {
      leftToKernel.removeIf(gfn -> machine.isAbout(tried.range(), gfn));
    }
  }

  private static boolean contains(GpaRange range, Gfn gfn) {
    long offset = gfn.gpa().value() - range.start().value();
    return Long.compareUnsigned(offset, range.size().value()) < 0;
  }

  private boolean isNot(Shareability state, Gfn gfn) {
    Optional<PageIndex> page = machine.pageAt(gfn.gpa());
    return page.filter(index -> machine.stateOf(index) != state).isPresent();
  }

  private static Stream<Gfn> frames(GpaRange range) {
    Gpa start = range.start();
    return LongStream.range(0, range.size().wholePages().value())
        .mapToObj(i -> new Gfn(start.gfn().value() + i));
  }

  @Override
  public void hostWrote(PageIndex page) {
    world.machine().frameOf(page).ifPresent(contents::wrote);
  }

  /** Returns how often the guest was told that memory has a state which it had not. */
  int toldUntruly() {
    return toldUntruly;
  }

  /** Returns how many faults a VMM could not tell from those of a guest that never asked. */
  int ambiguousFaults() {
    return ambiguousFaults;
  }
}
