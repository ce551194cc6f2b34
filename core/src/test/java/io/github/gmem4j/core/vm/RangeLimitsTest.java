package io.github.gmem4j.core.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Prefault;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Platforms;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.kernel.KernelGeneration;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls with the largest ranges that are legal, and with the smallest that are not. */
class RangeLimitsTest {
  /** The last page whose bytes have an end that fits in 64 bits. */
  private static final long LAST = -2L * Page.BYTES;

  private static final GpaRange HIGHEST = GpaRange.of(LAST, Page.BYTES);
  private static final GpaRange PAST_IT = GpaRange.of(LAST, 2 * Page.BYTES);

  private final Platform platform = Platforms.agreeable();
  private final World world =
      World.of(Engine.inMemory(), TestPolicy.confidential().with(platform), GuestMemory.MMAP);

  RangeLimitsTest() {
    when(platform.allowsPrefault()).thenReturn(true);
  }

  /** Binds the last page of the memory to the highest frame that a slot can have. */
  private void bindHighest() {
    world.vm().setMemory(SlotRequest.delete(World.SLOT)).orThrow();
    world
        .vm()
        .setMemory(
            SlotRequest.bind(
                2, HIGHEST.start(), ByteCount.PAGE, world.memory(), World.at(World.PAGES - 1)))
        .orThrow();
  }

  @Test
  @DisplayName("kvm_main.c, kvm_set_memory_region: the end fits in 64 bits, not even as exactly 0")
  void slotsReachTheLastFrameButOne() {
    bindHighest();

    assertEquals(1, world.vm().slots().size());
    for (long pages = 1; pages <= 2; pages++) {
      SlotRequest past =
          SlotRequest.bind(
              3, new Gpa(-pages * Page.BYTES), World.bytes(pages), world.memory(), World.at(0));
      assertEquals(Errno.EINVAL, World.errnoOf(world.vm().setMemory(past)));
    }
  }

  @Test
  void bindingReachesTheMemorysLastPageAndNoFurther() {
    world.vm().setMemory(SlotRequest.delete(World.SLOT)).orThrow();
    SlotRequest last =
        SlotRequest.bind(2, World.gpa(0), ByteCount.PAGE, world.memory(), World.at(15));
    SlotRequest past =
        SlotRequest.bind(3, World.gpa(8), ByteCount.PAGE, world.memory(), World.at(16));

    assertTrue(world.vm().setMemory(last).succeeded());
    assertEquals(Errno.EINVAL, World.errnoOf(world.vm().setMemory(past)));
  }

  @Test
  void prefaultReachesTheHighestFrameAndNoFurther() {
    bindHighest();

    assertEquals(
        new Prefault(Optional.empty(), new Gpa(-Page.BYTES), ByteCount.ZERO),
        world.vcpu().prefault(HIGHEST, 0));
    assertEquals(
        new Prefault(Optional.of(Errno.EINVAL), PAST_IT.start(), PAST_IT.size()),
        world.vcpu().prefault(PAST_IT, 0));
  }

  @Test
  void prefaultOfAllAddressesEndsWithTheFirstThatHasNoMemory() {
    GpaRange everything = GpaRange.of(0, -Page.BYTES);

    assertEquals(
        new Prefault(Optional.of(Errno.ENOENT), new Gpa(0), everything.size()),
        world.vcpu().prefault(everything, 0));
    assertEquals(
        new Prefault(
            Optional.empty(),
            World.gpa(World.PAGES),
            new ByteCount(-Page.BYTES - World.gpa(World.PAGES).value())),
        world.vcpu().prefault(GpaRange.of(World.BASE, -Page.BYTES - World.BASE), 0));
  }

  @Test
  void imageReachesTheHighestFrameAndNoFurther() {
    bindHighest();

    assertEquals(
        PageCount.ONE, world.vm().populate(HIGHEST, Optional.of(new byte[4096])).orThrow());
    assertEquals(
        Errno.EINVAL, World.errnoOf(world.vm().populate(PAST_IT, Optional.of(new byte[2 * 4096]))));
  }

  @Test
  void imageIsExactlyAsLongAsItsRange() {
    for (int length : new int[] {0, 4095, 4097, 8192}) {
      assertEquals(
          Errno.EINVAL,
          World.errnoOf(world.vm().populate(World.gpas(0, 1), Optional.of(new byte[length]))));
    }
    assertEquals(
        PageCount.ONE,
        world.vm().populate(World.gpas(0, 1), Optional.of(new byte[4096])).orThrow());
  }

  @Test
  void imageWithoutSourceMayAskForAllAddressesAndEndsWithItsSlot() {
    GpaRange most = GpaRange.of(World.BASE, -Page.BYTES - World.BASE);

    assertEquals(new PageCount(World.PAGES), world.vm().populate(most, Optional.empty()).orThrow());
  }

  @Test
  @DisplayName("kvm_main.c, kvm_vm_ioctl_set_mem_attributes: start + size > start")
  void attributesReachTheHighestFrameAndNoFurther() {
    World vmScoped =
        World.of(
            Engine.builder().generation(KernelGeneration.VM_ATTRIBUTES).build(),
            TestPolicy.confidential(),
            GuestMemory.MMAP);
    GpaRange everything = GpaRange.of(0, -Page.BYTES);

    assertEquals(
        new ConversionOutcome.Converted(Shareability.PRIVATE),
        vmScoped.vm().setMemoryAttributes(HIGHEST, 8, 0));
    assertEquals(
        new ConversionOutcome.Converted(Shareability.PRIVATE),
        vmScoped.vm().setMemoryAttributes(everything, 8, 0));
    assertEquals(
        new ConversionOutcome.AlreadyThere(Shareability.PRIVATE),
        vmScoped.vm().setMemoryAttributes(HIGHEST, 8, 0));
    assertEquals(
        new ConversionOutcome.Converted(Shareability.SHARED),
        vmScoped.vm().setMemoryAttributes(everything, 0, 0));
    assertEquals(
        Optional.of(Errno.EINVAL), vmScoped.vm().setMemoryAttributes(PAST_IT, 8, 0).errno());
  }

  @ParameterizedTest
  @EnumSource(names = {"IN_PLACE", "RFC_2025"})
  void conversionReachesTheLastPageAndNoFurther(KernelGeneration generation) {
    World here =
        World.of(
            Engine.builder().generation(generation).build(),
            TestPolicy.confidential(),
            GuestMemory.MMAP);
    here.toShared(0, World.PAGES);
    String before = here.states();

    for (ByteRange past :
        new ByteRange[] {
          World.pages(15, 2),
          World.pages(16, 1),
          ByteRange.of(LAST, Page.BYTES),
          ByteRange.of(-Page.BYTES, Page.BYTES),
          ByteRange.of(Page.BYTES, -Page.BYTES),
          ByteRange.of(0, -Page.BYTES)
        }) {
      assertEquals(
          Optional.of(Errno.EINVAL),
          here.memory().convert(ConversionRequest.toPrivate(past)).errno());
    }
    assertEquals(before, here.states());
    assertTrue(here.toPrivate(15, 1).succeeded());
  }

  @Test
  void allocationReachesTheLastPageAndHolesMayLieAnywhere() {
    GuestMemory memory = world.memory();

    assertTrue(memory.allocate(World.pages(15, 1)).succeeded());
    for (ByteRange past : new ByteRange[] {World.pages(15, 2), World.pages(16, 1)}) {
      assertEquals(Errno.EINVAL, World.errnoOf(memory.allocate(past)));
      assertTrue(memory.punchHole(past).succeeded());
    }
    ByteRange toTheEnd = ByteRange.of(0, Long.MAX_VALUE & -Page.BYTES);
    assertEquals(Errno.EINVAL, World.errnoOf(memory.allocate(toTheEnd)));
    assertTrue(memory.punchHole(toTheEnd).succeeded());
    assertTrue(
        memory.punchHole(ByteRange.of(Page.BYTES, toTheEnd.size().value() - 4096)).succeeded());
    ByteRange tooFar = ByteRange.of(Page.BYTES, toTheEnd.size().value());
    assertEquals(Errno.EFBIG, World.errnoOf(memory.punchHole(tooFar)));
    assertEquals(Errno.EFBIG, World.errnoOf(memory.allocate(tooFar)));
  }

  @Test
  void stateOfTheLastPageIsKnownAndThatOfTheNextIsAnError() {
    assertEquals(Shareability.PRIVATE, world.memory().shareability(new PageIndex(15)));
    for (long past : new long[] {16, 1L << 40, PageIndex.LIMIT - 1}) {
      assertThrows(
          IndexOutOfBoundsException.class, () -> world.memory().shareability(new PageIndex(past)));
      assertEquals(Errno.EINVAL, World.errnoOf(world.memory().poison(new PageIndex(past))));
    }
  }

  @Test
  void largestMemoryHasFourPebibytesAndItsLastPageIsOneAsAnyOther() {
    long pages = 1L << 40;
    GuestMemory largest = world.vm().createGuestMemory(World.bytes(pages), 0).orThrow();

    assertTrue(largest.convert(ConversionRequest.toShared(World.pages(pages - 1, 1))).succeeded());
    assertEquals(Shareability.SHARED, largest.shareability(new PageIndex(pages - 1)));
    assertEquals(Shareability.PRIVATE, largest.shareability(new PageIndex(pages - 2)));
    assertTrue(largest.allocate(World.pages(pages - 1, 1)).succeeded());
    assertEquals(
        Errno.ENOMEM, World.errnoOf(world.vm().createGuestMemory(World.bytes(pages + 1), 0)));
  }
}
