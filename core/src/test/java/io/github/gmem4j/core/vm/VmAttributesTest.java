package io.github.gmem4j.core.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionOutcome.AlreadyThere;
import io.github.gmem4j.api.memory.ConversionOutcome.Converted;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.vm.ConversionScope;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Hex;
import io.github.gmem4j.core.Platforms;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.kernel.KernelGeneration;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Generation C: the state belongs to the VM's frames, and converting is only bookkeeping. */
class VmAttributesTest {
  private static final long PRIVATE = Shareability.ATTRIBUTE_PRIVATE;

  private final Engine engine = Engine.builder().generation(KernelGeneration.VM_ATTRIBUTES).build();
  private final VirtualMachine vm = engine.createVm(SoftwareProtectedPolicy.create());

  @Test
  void stateIsKeptInTheVm() {
    assertEquals(ConversionScope.VM, vm.conversionScope());
    assertEquals(ConversionScope.GUEST_MEMORY, World.inPlace().vm().conversionScope());
  }

  @ParameterizedTest(name = "address {0}, size {1}")
  @CsvSource({
    "0, 0",
    "0x1000, 0",
    "1, 0x1000",
    "0x1000, 1",
    "0xfffffffffffff000, 0x1000",
    "0xfffffffffffff000, 0x2000"
  })
  void emptyUnalignedOrWrappingIsEinval(String address, String size) {
    assertErrno(
        Errno.EINVAL,
        vm.setMemoryAttributes(GpaRange.of(Hex.of(address), Hex.of(size)), PRIVATE, 0));
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "9, 0", "16, 0", "0, 1", "8, 8"})
  void unknownAttributesAndFlagsAreEinval(long attributes, long flags) {
    assertErrno(Errno.EINVAL, vm.setMemoryAttributes(World.gpas(0, 1), attributes, flags));
  }

  @Test
  void ordinaryVmHasNoAttributeToSet() {
    VirtualMachine ordinary = engine.createVm(SoftwareProtectedPolicy.forOrdinaryVms());

    assertErrno(Errno.EINVAL, ordinary.setMemoryAttributes(World.gpas(0, 1), PRIVATE, 0));
  }

  @Test
  void vmThatKeepsTheStateInItsMemoriesAnswersEnotty() {
    assertErrno(
        Errno.ENOTTY, World.inPlace().vm().setMemoryAttributes(World.gpas(0, 1), PRIVATE, 0));
  }

  @Test
  @DisplayName("RFC v2: attributes of the VM are accepted and ignored where the memory has a state")
  void generationATakesAttributesAndTheMemorysStateCounts() {
    World rfc = World.rfcShared();
    rfc.guestStore(1, 9);

    assertEquals(
        new Converted(Shareability.PRIVATE),
        rfc.vm().setMemoryAttributes(World.gpas(0, 4), PRIVATE, 0));
    assertEquals(
        new AlreadyThere(Shareability.PRIVATE),
        rfc.vm().setMemoryAttributes(World.gpas(1, 2), PRIVATE, 0));

    assertEquals("S".repeat(World.PAGES), rfc.states());
    assertEquals(9, rfc.hostLoad(1));
    assertEquals(9, rfc.guestLoad(1));
    rfc.toPrivate(1, 1);
    assertEquals(
        new Converted(Shareability.SHARED), rfc.vm().setMemoryAttributes(World.gpas(0, 4), 0, 0));
    assertEquals(Shareability.PRIVATE, rfc.memory().shareability(new PageIndex(1)));
    assertEquals(9, rfc.guestLoad(1));
    assertErrno(Errno.EINVAL, rfc.vm().setMemoryAttributes(World.gpas(0, 1), PRIVATE, 1));
    assertErrno(Errno.EINVAL, rfc.vm().setMemoryAttributes(World.gpas(0, 1), 1, 0));
  }

  @Test
  void framesBeginSharedAndNeedNoSlot() {
    assertEquals(
        new AlreadyThere(Shareability.SHARED), vm.setMemoryAttributes(World.gpas(0, 9), 0, 0));
    assertEquals(new Converted(Shareability.PRIVATE), set(2, 4, PRIVATE));
    assertEquals(new AlreadyThere(Shareability.PRIVATE), set(3, 3, PRIVATE));
    assertEquals(new Converted(Shareability.PRIVATE), set(3, 4, PRIVATE));
  }

  @Test
  void neighboursMergeAndHolesSplit() {
    set(0, 2, PRIVATE);
    set(4, 2, PRIVATE);
    set(2, 2, PRIVATE);
    assertEquals(new AlreadyThere(Shareability.PRIVATE), set(0, 6, PRIVATE));

    set(2, 1, 0);

    assertEquals(new AlreadyThere(Shareability.PRIVATE), set(0, 2, PRIVATE));
    assertEquals(new AlreadyThere(Shareability.SHARED), set(2, 1, 0));
    assertEquals(new AlreadyThere(Shareability.PRIVATE), set(3, 3, PRIVATE));
    assertEquals(new AlreadyThere(Shareability.SHARED), set(6, 1, 0));
    assertEquals(new Converted(Shareability.SHARED), set(0, 8, 0));
    assertEquals(new AlreadyThere(Shareability.SHARED), set(0, 8, 0));
  }

  @Test
  void wholeAddressSpaceCanBePrivate() {
    GpaRange most = GpaRange.of(0, 0xffff_ffff_ffff_f000L);

    assertEquals(new Converted(Shareability.PRIVATE), vm.setMemoryAttributes(most, PRIVATE, 0));
    assertEquals(new AlreadyThere(Shareability.PRIVATE), set(77, 1, PRIVATE));
  }

  @Test
  void attributeSurvivesTheSlot() {
    World world = World.of(engine, SoftwareProtectedPolicy.create(), GuestMemory.MMAP);
    world.vm().setMemoryAttributes(World.gpas(0, 1), PRIVATE, 0);
    world.vm().setMemory(SlotRequest.delete(World.SLOT)).orThrow();

    Exit.MemoryFault fault =
        assertInstanceOf(
            Exit.MemoryFault.class,
            world.exitOf(new GuestAction.Touch(World.gpa(0), Shareability.SHARED)));

    assertEquals(Exit.MemoryFault.FLAG_PRIVATE, fault.flags());
    assertEquals(Errno.EFAULT, fault.errno());
  }

  @Test
  void platformLosesPrivateMappingsWhenFramesBecomeSharedAndIsToldNothingElse() {
    Platform platform = Platforms.agreeable();
    World world = World.of(engine, TestPolicy.confidential().with(platform), GuestMemory.MMAP);
    world.vm().setMemoryAttributes(World.gpas(0, 4), PRIVATE, 0);
    world.resultOf(new GuestAction.Write(World.gpa(1), Shareability.PRIVATE, (byte) 1));
    clearInvocations(platform);

    world.vm().setMemoryAttributes(World.gpas(1, 2), 0, 0);

    verify(platform).zapPrivate(GfnRange.of(World.gpa(1).gfn().value(), 2));
    verify(platform, never()).makeShared(any());
    verify(platform, never()).reclaim(any());
  }

  @Test
  void neighboursKeepTheirMappings() {
    Platform platform = Platforms.agreeable();
    World world = World.of(engine, TestPolicy.confidential().with(platform), GuestMemory.MMAP);
    world.vm().setMemoryAttributes(World.gpas(0, 4), PRIVATE, 0);
    for (long page = 0; page < 4; page++) {
      world.resultOf(new GuestAction.Touch(World.gpa(page), Shareability.PRIVATE));
    }
    world.vm().setMemoryAttributes(World.gpas(1, 2), 0, 0);
    clearInvocations(platform);

    world.resultOf(new GuestAction.Touch(World.gpa(0), Shareability.PRIVATE));
    world.resultOf(new GuestAction.Touch(World.gpa(3), Shareability.PRIVATE));

    verify(platform, never()).makePrivate(any(), any());
  }

  private ConversionOutcome set(long first, long count, long attributes) {
    ConversionOutcome outcome = vm.setMemoryAttributes(World.gpas(first, count), attributes, 0);
    assertTrue(outcome.succeeded(), outcome::toString);
    return outcome;
  }

  private static void assertErrno(Errno errno, ConversionOutcome outcome) {
    assertEquals(errno, assertInstanceOf(ConversionOutcome.Rejected.class, outcome).reject());
  }
}
