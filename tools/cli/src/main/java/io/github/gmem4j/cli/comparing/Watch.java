package io.github.gmem4j.cli.comparing;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.cli.journal.Follower;
import io.github.gmem4j.cli.staging.Machine;
import io.github.gmem4j.cli.staging.World;
import java.util.HashMap;
import java.util.HashSet;
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
  private final Set<Gfn> takenBack = new HashSet<>();
  private final Set<Gfn> seenByVmm = new HashSet<>();
  private final Map<Integer, Asking> asking = new HashMap<>();
  private Machine machine;
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
      case RoadEvent.RunLeft left -> left(left.exit());
      default -> {}
    }
  }

  /** A new guest has not taken anything back. */
  private void noticeReboot() {
    if (machine != world.machine()) {
      machine = world.machine();
      takenBack.clear();
      seenByVmm.clear();
      asking.clear();
    }
  }

  private void begins(int vcpu, GuestAction action) {
    if (action instanceof GuestAction.Request request) {
      asking.put(vcpu, new Asking(request));
      frames(request.range()).forEach(seenByVmm::remove);
      frames(request.range())
          .forEach(request.target() == Shareability.PRIVATE ? takenBack::add : takenBack::remove);
    }
  }

  private void finished(int vcpu, GuestAction action, ActionResult result) {
    if (action instanceof GuestAction.Write write && result instanceof ActionResult.Stored) {
      contents.wrote(write.at().gfn());
    }
    Asking asked = asking.remove(vcpu);
    if (asked != null && result instanceof ActionResult.GaveUp) {
      frames(asked.request.range()).forEach(takenBack::remove);
      frames(asked.request.range()).forEach(seenByVmm::remove);
    } else if (asked != null) {
      asked.check(frames(asked.request.range()).anyMatch(gfn -> isNot(asked, gfn)));
    }
  }

  /** A guest that accepts memory right after its call takes the call for a success. */
  private void accepts(int vcpu) {
    Asking asked = asking.get(vcpu);
    if (asked != null && asked.callHasReturned) {
      asked.callHasReturned = false;
      asked.check(frames(asked.request.range()).allMatch(gfn -> isNot(asked, gfn)));
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
   * A private access to a page that is still shared, though the VMM has seen that the guest takes
   * it back. Unless the exit says where a conversion failed, it looks like the fault of a guest
   * which never asked.
   */
  private void left(Exit exit) {
    if (exit instanceof Exit.MemoryFault fault
        && fault.access() == Shareability.PRIVATE
        && fault.errorOffset().isEmpty()
        && seenByVmm.contains(fault.gpa().gfn())
        && isNot(Shareability.PRIVATE, fault.gpa().gfn())) {
      ambiguousFaults++;
    }
    rangeOf(exit)
        .ifPresent(range ->
            takenBack.stream().filter(gfn -> contains(range, gfn)).forEach(seenByVmm::add));
  }

  private static Optional<GpaRange> rangeOf(Exit exit) {
    return switch (exit) {
      case Exit.MapGpaRange map -> Optional.of(map.range());
      case Exit.Unshare unshare -> Optional.of(unshare.range());
      case Exit.MemoryFault fault -> Optional.of(fault.range());
      default -> Optional.empty();
    };
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
