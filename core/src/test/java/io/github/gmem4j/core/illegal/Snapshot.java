package io.github.gmem4j.core.illegal;

import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.core.World;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * All that can be observed of a world. The first one populates and maps what can be touched; from
 * then on taking one changes nothing, so that two are equal if nothing happened between them.
 *
 * @param states private or shared, page by page
 * @param populated whether each page exists
 * @param hostSees each page's bytes, or why the host cannot see them
 * @param hostFaults faults of the host so far: a page that lost its mapping costs one more
 * @param guestSees each page's first byte as the guest loads it in either way, or its exit
 * @param slots the memory slots
 * @param pinned what each device finds in its page
 * @param platform what the platform was told so far
 */
record Snapshot(
    String states,
    List<Boolean> populated,
    List<String> hostSees,
    long hostFaults,
    List<String> guestSees,
    String slots,
    List<String> pinned,
    String platform) {

  static Snapshot of(World world, List<Pin> pins, CountingPlatform platform) {
    List<String> hostSees = new ArrayList<>();
    List<String> guestSees = new ArrayList<>();
    byte[] bytes = new byte[64];
    for (long page = 0; page < World.PAGES; page++) {
      HostAccess access = world.host().load(new ByteOffset(page * 4096), bytes);
      hostSees.add(
          access instanceof HostAccess.Fault fault
              ? fault.signal().name()
              : Integer.toHexString(Arrays.hashCode(bytes)));
      for (Shareability as : Shareability.values()) {
        guestSees.add(guestSees(world, page, as));
      }
    }
    List<Boolean> populated = new ArrayList<>();
    for (long page = 0; page < World.PAGES; page++) {
      populated.add(world.memory().isPopulated(new PageIndex(page)));
    }
    return new Snapshot(
        World.states(world.memory()),
        populated,
        hostSees,
        world.host().faults(),
        guestSees,
        world.vm().slots().toString(),
        pins.stream().map(pin -> pin.page() + "=" + pin.load(0)).toList(),
        platform.toString());
  }

  private static String guestSees(World world, long page, Shareability as) {
    Exit exit = world.exitOf(new GuestAction.Read(World.gpa(page), as));
    return exit instanceof Exit.Halt ? world.vcpu().results().toString() : exit.toString();
  }
}
