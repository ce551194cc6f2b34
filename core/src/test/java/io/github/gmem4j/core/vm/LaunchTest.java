package io.github.gmem4j.core.vm;

import static io.github.gmem4j.core.World.errnoOf;
import static io.github.gmem4j.core.World.gpas;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Hex;
import io.github.gmem4j.core.Platforms;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.kernel.HostKernel;
import io.github.gmem4j.core.kernel.KernelGeneration;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mockito.ArgumentCaptor;

/** Loading the initial image. */
class LaunchTest {
  private static final Optional<byte[]> IN_PLACE = Optional.empty();

  private final Platform platform = Platforms.agreeable();
  private final World world =
      World.of(Engine.inMemory(), TestPolicy.confidential().with(platform), GuestMemory.MMAP);

  @Test
  void eachPageIsGivenToThePlatformWithItsPartOfTheImage() {
    byte[] image = new byte[2 * 4096];
    image[0] = 1;
    image[4096] = 2;

    assertEquals(new PageCount(2), world.vm().populate(gpas(3, 2), Optional.of(image)).orThrow());

    ArgumentCaptor<Optional<byte[]>> source = ArgumentCaptor.captor();
    verify(platform, times(2)).populate(any(), any(), source.capture());
    byte[] second = new byte[4096];
    second[0] = 2;
    assertArrayEquals(second, source.getAllValues().get(1).orElseThrow());
    verify(platform).populate(eq(World.gpa(3).gfn()), any(), any());
  }

  @Test
  void inPlaceLoadingWritesSharedConvertsAndPopulatesWithoutASource() {
    world.toShared(0, 1);
    world.hostStore(0, 42);
    world.toPrivate(0, 1);

    assertEquals(PageCount.ONE, world.vm().populate(gpas(0, 1), IN_PLACE).orThrow());

    assertEquals(42, world.guestLoad(0));
    verify(platform, never()).makePrivate(any(), any());
  }

  @Test
  @DisplayName("mmu.c, kvm_tdp_mmu_map_private_pfn: a busy platform is asked again")
  void busyPlatformIsAskedAgain() {
    when(platform.populate(any(), any(), any()))
        .thenReturn(Granting.BUSY, Granting.BUSY, Granting.GRANTED);

    assertEquals(PageCount.ONE, world.vm().populate(gpas(0, 1), IN_PLACE).orThrow());

    verify(platform, times(3)).populate(any(), any(), any());
  }

  @Test
  @DisplayName("mmu.c, kvm_tdp_mmu_map_private_pfn: a signal ends it")
  void interruptEndsTheWaitForABusyPlatform() {
    when(platform.populate(any(), any(), any())).thenReturn(Granting.BUSY);
    Thread.currentThread().interrupt();

    assertEquals(Errno.EINTR, errnoOf(world.vm().populate(gpas(0, 1), IN_PLACE)));

    assertTrue(Thread.interrupted());
  }

  @Test
  @DisplayName(
      "x86.c, kvm_x86_vcpu_pre_run: a vCPU that may not run yet is EINVAL, nothing changed")
  void vcpuThatMayNotRunYetIsEinval() {
    when(platform.objectionToRunning())
        .thenReturn(Optional.of("not launched"))
        .thenReturn(Optional.of("not launched"))
        .thenReturn(Optional.empty());
    world.vcpu().kick();

    for (int i = 0; i < 2; i++) {
      assertEquals(new Exit.Failed(Errno.EINVAL, "not launched"), world.vcpu().run());
      assertTrue(world.vcpu().isKicked());
    }

    assertEquals(new Exit.Interrupted(), world.vcpu().run());
    assertEquals(new Exit.Halt(), world.vcpu().run());
    verify(platform, times(3)).objectionToRunning();
    verify(platform, never()).enter(anyInt());
  }

  @Test
  void sharedPageIsEinvalAndEndsTheImageThere() {
    world.toShared(2, 1);

    assertEquals(Errno.EINVAL, errnoOf(world.vm().populate(gpas(2, 1), IN_PLACE)));
    assertEquals(new PageCount(2), world.vm().populate(gpas(0, 4), IN_PLACE).orThrow());
  }

  @ParameterizedTest
  @CsvSource({"1, 0x1000", "0x1000, 1", "0, 0", "0xfffffffffffff000, 0x1000"})
  void emptyUnalignedOrWrappingIsEinval(String start, String size) {
    GpaRange range = GpaRange.of(Hex.of(start), Hex.of(size));

    assertEquals(Errno.EINVAL, errnoOf(world.vm().populate(range, IN_PLACE)));
  }

  @Test
  void imageOfAnotherLengthIsEinval() {
    assertEquals(
        Errno.EINVAL, errnoOf(world.vm().populate(gpas(0, 1), Optional.of(new byte[4095]))));
  }

  @Test
  void noGuestMemoryThereIsEinval() {
    assertEquals(Errno.EINVAL, errnoOf(world.vm().populate(gpas(World.PAGES, 1), IN_PLACE)));
  }

  @Test
  void closedMemoryIsEfault() {
    world.host().close();
    world.memory().close();

    assertEquals(Errno.EFAULT, errnoOf(world.vm().populate(gpas(0, 1), IN_PLACE)));
  }

  @Test
  void endsWithTheSlot() {
    world.vm().setMemory(SlotRequest.delete(World.SLOT)).orThrow();
    for (int slot = 0; slot < 2; slot++) {
      world
          .vm()
          .setMemory(
              SlotRequest.bind(
                  slot,
                  World.gpa(4L * slot),
                  World.bytes(4),
                  world.memory(),
                  new ByteOffset(4L * slot * 4096)))
          .orThrow();
    }

    assertEquals(new PageCount(2), world.vm().populate(gpas(2, 4), IN_PLACE).orThrow());
  }

  @Test
  void poisonedPageIsEhwpoison() {
    world.guestStore(1, 1);
    world.memory().poison(new PageIndex(1)).orThrow();

    assertEquals(Errno.EHWPOISON, errnoOf(world.vm().populate(gpas(1, 1), IN_PLACE)));
  }

  @Test
  void pageThatThePlatformDeniesIsEio() {
    when(platform.populate(any(), any(), any())).thenReturn(new Granting.Denied("measured"));

    assertEquals(Errno.EIO, errnoOf(world.vm().populate(gpas(0, 1), IN_PLACE)));
  }

  @Test
  void platformWithoutALaunchIsEio() {
    assertEquals(Errno.EIO, errnoOf(World.inPlace().vm().populate(gpas(0, 1), IN_PLACE)));
  }

  @Test
  void memoryThatRunsOutEndsTheImageThere() {
    World poor =
        World.of(
            Engine.builder()
                .faults((site, page) -> site.equals(HostKernel.ALLOCATE_PAGE) && page == 2)
                .build(),
            TestPolicy.confidential().with(platform),
            GuestMemory.MMAP);

    assertEquals(new PageCount(2), poor.vm().populate(gpas(0, 4), IN_PLACE).orThrow());
    assertEquals(Errno.ENOMEM, errnoOf(poor.vm().populate(gpas(2, 1), IN_PLACE)));
  }

  @Test
  void separateCopiesNeedASource() {
    World vmScoped =
        World.of(
            Engine.builder().generation(KernelGeneration.VM_ATTRIBUTES).build(),
            TestPolicy.confidential().with(platform),
            GuestMemory.MMAP);
    vmScoped.vm().setMemoryAttributes(gpas(0, 1), 8, 0);

    assertEquals(Errno.EINVAL, errnoOf(vmScoped.vm().populate(gpas(0, 1), IN_PLACE)));
    assertEquals(
        PageCount.ONE, vmScoped.vm().populate(gpas(0, 1), Optional.of(new byte[4096])).orThrow());
  }

  @Test
  void launchIsFinalizedOnceAndNothingIsAddedAfterwards() {
    assertEquals(world.vm(), world.vm().finalizeLaunch().orThrow());
    verify(platform).finalizeLaunch();

    assertEquals(Errno.EINVAL, errnoOf(world.vm().finalizeLaunch()));
    assertEquals(Errno.EINVAL, errnoOf(world.vm().populate(gpas(0, 1), IN_PLACE)));
    verify(platform, times(1)).finalizeLaunch();
  }

  @Test
  void softwareProtectedVmHasNothingToFinalizeButMay() {
    World plain = World.of(Engine.inMemory(), SoftwareProtectedPolicy.create(), GuestMemory.MMAP);

    assertEquals(plain.vm(), plain.vm().finalizeLaunch().orThrow());
  }
}
