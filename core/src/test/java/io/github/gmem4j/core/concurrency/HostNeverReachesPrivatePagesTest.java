package io.github.gmem4j.core.concurrency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Everybody at once on one memory. Guests write secrets (64 and up) privately; the host, devices
 * and shared guest accesses write 1 to 63; the platform wipes pages that become shared. So a secret
 * that the host sees, or a host byte that a private access finds after its own store, is a page
 * that was reached by the wrong side.
 */
class HostNeverReachesPrivatePagesTest {
  private static final int ROUNDS = 4000;
  private static final int PAGES = 4;
  private static final int FIRST_SECRET = 64;

  private final WipingPlatform platform = new WipingPlatform();
  private final World world =
      World.of(Engine.inMemory(), TestPolicy.confidential().with(platform), GuestMemory.MMAP);

  @Test
  void bytesProveIt() throws Exception {
    new Crew()
        .add(() -> host(1, world.host()))
        .add(() -> host(2, world.host().duplicate()))
        .add(() -> device(3))
        .add(() -> guest(4))
        .add(() -> guest(5))
        .add(() -> convert(6))
        .work();

    assertEquals(World.PAGES, world.memory().size().wholePages().value(), "still the same memory");
    assertTrue(world.toPrivate(0, World.PAGES).succeeded(), "every pin is gone");
    for (long page = 0; page < World.PAGES; page++) {
      assertEquals(false, world.hostReaches(page));
      world.guestStore(page, FIRST_SECRET);
      assertEquals(FIRST_SECRET, world.guestLoad(page));
    }
    assertEquals(World.PAGES, platform.ownedPages());
    world.toShared(0, 2);
    assertEquals(World.PAGES - 2, platform.ownedPages());
  }

  /** Loads and stores through a mapping; no byte may ever be a secret. */
  private Void host(long seed, HostMapping mapping) {
    Random random = new Random(seed);
    byte[] buffer = new byte[1];
    for (int round = 0; round < ROUNDS; round++) {
      ByteOffset at = World.at(random.nextInt(PAGES));
      if (mapping.load(at, buffer).equals(HostAccess.DONE)) {
        assertTrue(buffer[0] < FIRST_SECRET, "the host loaded a secret");
      }
      buffer[0] = (byte) (1 + random.nextInt(FIRST_SECRET - 1));
      mapping.store(at, buffer);
    }
    return null;
  }

  /** Pins a page, uses it as a device does, lets go. */
  private Void device(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS / 4; round++) {
      PageIndex page = new PageIndex(random.nextInt(PAGES));
      if (world.host().pin(page, ReferenceKind.LONG_TERM, "nic")
          instanceof KernelResult.Ok<Pin> pinned) {
        try (Pin pin = pinned.value()) {
          for (int word = 0; word < 8; word++) {
            assertTrue(pin.load(0) < FIRST_SECRET, "the device loaded a secret");
            pin.store(0, (byte) (1 + random.nextInt(FIRST_SECRET - 1)));
          }
        }
      }
    }
    return null;
  }

  /** Stores secrets privately and other bytes in shared pages; a mismatch is a fault. */
  private Void guest(long seed) {
    Random random = new Random(seed);
    Vcpu vcpu = world.vm().createVcpu(GuestProgram.of());
    for (int round = 0; round < ROUNDS; round++) {
      var at = World.gpa(random.nextInt(PAGES));
      boolean secret = random.nextBoolean();
      int value = secret ? FIRST_SECRET : 1;
      Shareability as = secret ? Shareability.PRIVATE : Shareability.SHARED;
      vcpu.load(
          GuestProgram.of(
              new GuestAction.Write(at, as, (byte) (value + random.nextInt(60))),
              new GuestAction.Read(at, as)));
      Exit exit = vcpu.run();
      assertTrue(exit instanceof Exit.Halt || exit instanceof Exit.MemoryFault, exit::toString);
    }
    return null;
  }

  /** The only one who converts: so what it made private stays private until it says otherwise. */
  private Void convert(long seed) {
    Random random = new Random(seed);
    Vcpu vcpu = world.vm().createVcpu(GuestProgram.of());
    for (int round = 0; round < ROUNDS; round++) {
      int page = random.nextInt(PAGES);
      int count = 1 + random.nextInt(PAGES - page);
      world.memory().convert(ConversionRequest.toShared(World.pages(page, count)));
      if (random.nextInt(16) == 0) {
        world.memory().punchHole(World.pages(page, 1)).orThrow();
      }
      ConversionOutcome outcome =
          world.memory().convert(ConversionRequest.toPrivate(World.pages(page, count)));
      if (outcome.succeeded()) {
        assertOnlySecrets(vcpu, page);
      } else {
        assertTrue(outcome instanceof ConversionOutcome.Blocked, outcome::toString);
      }
    }
    return null;
  }

  private static void assertOnlySecrets(Vcpu vcpu, long page) {
    GuestAction store =
        new GuestAction.Write(World.gpa(page), Shareability.PRIVATE, (byte) FIRST_SECRET);
    GuestAction load = new GuestAction.Read(World.gpa(page), Shareability.PRIVATE);
    vcpu.load(GuestProgram.of(store, load, load, load));
    assertEquals(new Exit.Halt(), vcpu.run(), "a page that is private is served");
    for (ActionResult result : vcpu.results().subList(1, 4)) {
      byte value = ((ActionResult.Loaded) result).value();
      assertTrue(value >= FIRST_SECRET, "the host stored " + value + " in a private page");
    }
  }
}
