package io.github.gmem4j.cli.playing;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.cli.journal.Happening;
import io.github.gmem4j.cli.scenario.Words;
import io.github.gmem4j.cli.staging.World;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What guests wrote for themselves: bytes stored as private to pages that no guest has offered
 * since. Who gets such a byte should not have. A zero is no evidence, since that is what a page
 * without contents reads as.
 */
final class Secrets {
  private final World world;
  private final Map<PageIndex, String> secrets = new HashMap<>();
  private final List<Finding> exposed = new ArrayList<>();
  private final List<String> defended = new ArrayList<>();
  private int looked;

  Secrets(World world) {
    this.world = world;
  }

  /** Takes note of what happened since it was called last; to be called while slots stand. */
  void catchUp() {
    for (Happening happening : world.journal().since(looked)) {
      if (happening instanceof Happening.OnRoad road) {
        note(road.event());
      }
    }
    looked = world.journal().size();
  }

  private void note(RoadEvent event) {
    switch (event) {
      case RoadEvent.ActionBegun(int vcpu, GuestAction.Request request) -> {
        if (request.target() == Shareability.SHARED) {
          offered(request.range());
        }
      }
      case RoadEvent.ActionFinished(
              int vcpu,
              GuestAction.Write write,
              ActionResult.Stored stored) -> {
        if (write.as() == Shareability.SHARED) {
          offered(write.at());
        } else if (write.value() != 0) {
          world
              .machine()
              .pageAt(write.at())
              .ifPresent(page -> secrets.put(page, Words.of(write.value())));
        }
      }
      case RoadEvent.RunLeft(int vcpu, Exit.MapGpaRange map) -> {
        if (map.target() == Shareability.SHARED) {
          offered(map.range());
        }
      }
      case RoadEvent.RunLeft(int vcpu, Exit.MemoryFault fault) -> {
        if (fault.access() == Shareability.SHARED) {
          offered(fault.range());
        }
      }
      default -> {}
    }
  }

  private void offered(GpaRange range) {
    secrets
        .keySet()
        .removeIf(
            page -> world.machine().frameOf(page).filter(gfn -> contains(range, gfn)).isPresent());
  }

  private static boolean contains(GpaRange range, Gfn gfn) {
    long offset = gfn.gpa().value() - range.start().value();
    return Long.compareUnsigned(offset, range.size().value()) < 0;
  }

  private void offered(Gpa at) {
    world.machine().pageAt(at).ifPresent(secrets::remove);
  }

  /**
   * Somebody tried to read a page.
   *
   * @param pastTables whether no page table stood in the way; that one does is nothing to tell
   * @param got what came of it, as a word
   */
  void judge(String reader, PageIndex page, boolean pastTables, String got) {
    catchUp();
    String secret = secrets.get(page);
    if (secret == null) {
      return;
    }
    if (secret.equals(got)) {
      exposed.add(new Finding.Exposed(reader, page.toString(), got, world.journal().now()));
    } else if (pastTables) {
      defended.add("%s did not get what the guest wrote to %s (%s)".formatted(reader, page, got));
    }
  }

  List<Finding> exposed() {
    return exposed;
  }

  List<String> defended() {
    return defended;
  }
}
