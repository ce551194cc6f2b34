package io.github.gmem4j.core.memory;

import static io.github.gmem4j.core.World.at;
import static io.github.gmem4j.core.World.pages;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionOutcome.AlreadyThere;
import io.github.gmem4j.api.memory.ConversionOutcome.Blocked;
import io.github.gmem4j.api.memory.ConversionOutcome.Converted;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Hex;
import io.github.gmem4j.core.Platforms;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.kernel.HostKernel;
import io.github.gmem4j.core.kernel.KernelGeneration;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where generation A answers differently. */
class RfcConversionTest {
  private static final long FLAG_INIT_PRIVATE = 2;

  private final World world = World.rfcShared();

  @Test
  void noBytesConvertSuccessfullyBeforeAnyOtherCheck() {
    assertEquals(
        new AlreadyThere(Shareability.PRIVATE),
        world.memory().convert(ConversionRequest.toPrivate(ByteRange.of(-1, 0))));
    assertEquals(
        new AlreadyThere(Shareability.SHARED),
        world.memory().convert(ConversionRequest.toShared(ByteRange.of(3, 0))));
  }

  @ParameterizedTest
  @CsvSource({
    "0xfffffffffffff000, 0x2000",
    "0x10000, 0x1000",
    "0xf000, 0x2000",
    "1, 0x1000",
    "0x1000, 1"
  })
  void illegalRangeIsEinval(String offset, String size) {
    ConversionOutcome outcome =
        world
            .memory()
            .convert(ConversionRequest.toPrivate(ByteRange.of(Hex.of(offset), Hex.of(size))));

    assertEquals(
        Errno.EINVAL, assertInstanceOf(ConversionOutcome.Rejected.class, outcome).reject());
  }

  @Test
  void reservedWordsAreNotLookedAt() {
    assertEquals(
        new Converted(Shareability.PRIVATE),
        world
            .memory()
            .convert(new ConversionRequest(pages(0, 1), Shareability.ATTRIBUTE_PRIVATE, 0, 1)));
  }

  @Test
  void vmTypeIsNotLookedAt() {
    World ordinary =
        World.of(
            Engine.builder().generation(KernelGeneration.RFC_2025).build(),
            SoftwareProtectedPolicy.forOrdinaryVms(),
            GuestMemory.MMAP);

    assertEquals(new Converted(Shareability.PRIVATE), ordinary.toPrivate(0, 1));
  }

  @Test
  void memoryBeginsSharedUnlessToldOtherwise() {
    assertEquals("S".repeat(World.PAGES), world.states());
    GuestMemory initPrivate =
        world
            .vm()
            .createGuestMemory(World.bytes(2), GuestMemory.MMAP | FLAG_INIT_PRIVATE)
            .orThrow();
    assertEquals("PP", World.states(initPrivate));
  }

  @Test
  void memoryWithoutSupportForSharingIsPrivateAndCannotBeConverted() {
    GuestMemory plain = world.vm().createGuestMemory(World.bytes(2), 0).orThrow();

    assertEquals("PP", World.states(plain));
    assertFalse(plain.convert(ConversionRequest.toShared(pages(0, 1))).succeeded());
  }

  @Test
  void initPrivateWithoutSupportForSharingIsEinval() {
    assertEquals(
        Errno.EINVAL,
        World.errnoOf(world.vm().createGuestMemory(World.bytes(1), FLAG_INIT_PRIVATE)));
  }

  @Test
  void pagesThatArePrivateAlreadyAreNotChecked() {
    World passersBy =
        World.of(
            Engine.builder()
                .generation(KernelGeneration.RFC_2025)
                .faults((site, page) -> site.equals(HostKernel.TRANSIENT_REFERENCE) && page == 2)
                .build(),
            SoftwareProtectedPolicy.create(),
            GuestMemory.MMAP | FLAG_INIT_PRIVATE);
    passersBy.guestStore(2, 1);
    passersBy.toShared(3, 1);

    assertEquals(new Converted(Shareability.PRIVATE), passersBy.toPrivate(0, World.PAGES));
  }

  @Test
  void firstHeldPageOfThoseThatChangeIsTheErrorOffset() {
    world.toPrivate(4, 2);
    try (Pin pin = world.pin(7, ReferenceKind.LONG_TERM, "iommu")) {
      Blocked blocked = assertInstanceOf(Blocked.class, world.toPrivate(0, World.PAGES));

      assertEquals(at(7), blocked.errorOffset());
      assertEquals(pin.holder(), blocked.blockers().getFirst().holder());
      assertEquals("SSSSPPSSSSSSSSSS", world.states());
    }
  }

  @Test
  void guestLosesItsMappingsEvenWhenTheConversionIsBlocked() {
    Platform platform = Platforms.agreeable();
    World confidential =
        World.of(
            Engine.builder().generation(KernelGeneration.RFC_2025).build(),
            TestPolicy.confidential().with(platform),
            GuestMemory.MMAP);
    try (Pin pin = confidential.pin(1, ReferenceKind.LONG_TERM, "iommu")) {
      clearInvocations(platform);
      assertInstanceOf(Blocked.class, confidential.toPrivate(0, 4));
      assertEquals(0, pin.load(0));
    }
    verify(platform).zapPrivate(argThat(range -> range.contains(World.gpa(1).gfn())));
  }

  @Test
  void pagesThatDoNotChangeAreNotZapped() {
    Platform platform = Platforms.agreeable();
    World confidential =
        World.of(
            Engine.builder().generation(KernelGeneration.RFC_2025).build(),
            TestPolicy.confidential().with(platform),
            GuestMemory.MMAP);
    confidential.toPrivate(2, 1);
    confidential.guestStore(2, 1);
    clearInvocations(platform);

    assertTrue(confidential.toPrivate(0, World.PAGES).succeeded());

    verify(platform, never()).zapPrivate(argThat(range -> range.contains(World.gpa(2).gfn())));
    confidential.guestLoad(2);
    verify(platform, never()).makePrivate(any(), any());
  }

  @Test
  void contentsSurviveBothDirections() {
    world.hostStore(3, 1);
    world.toPrivate(3, 1);
    assertEquals(1, world.guestLoad(3));
    world.guestStore(3, 2);
    world.toShared(3, 1);
    assertEquals(2, world.hostLoad(3));
  }
}
