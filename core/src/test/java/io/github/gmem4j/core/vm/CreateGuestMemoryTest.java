package io.github.gmem4j.core.vm;

import static io.github.gmem4j.core.World.errnoOf;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Hex;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.kernel.KernelGeneration;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** KVM_CREATE_GUEST_MEMFD: flags first, then the size. */
class CreateGuestMemoryTest {
  @ParameterizedTest
  @CsvSource({"0", "1", "0xfff", "0x1001", "0x8000000000000000", "0xfffffffffffff000"})
  void sizeThatIsNotAPositiveNumberOfPagesIsEinval(String size) {
    assertEquals(Errno.EINVAL, errnoOf(vm().createGuestMemory(new ByteCount(Hex.of(size)), 0)));
  }

  @ParameterizedTest
  @CsvSource({"4", "8", "5", "0x8000000000000000"})
  void unknownFlagIsEinvalBeforeTheSizeIsLookedAt(String flags) {
    KernelResult<GuestMemory> result = vm().createGuestMemory(ByteCount.ZERO, Hex.of(flags));

    assertEquals(Errno.EINVAL, errnoOf(result));
    assertEquals(
        "illegal flags: " + "0x" + Long.toHexString(Hex.of(flags)),
        ((KernelResult.Failed<GuestMemory>) result).reason());
  }

  @Test
  void sizeBeyondWhatTheHostCanHoldIsEnomem() {
    assertEquals(
        Errno.ENOMEM, errnoOf(vm().createGuestMemory(new ByteCount(0x7fff_ffff_ffff_f000L), 0)));
    assertEquals(
        Errno.ENOMEM, errnoOf(vm().createGuestMemory(new ByteCount((1L << 52) + 4096), 0)));
  }

  @Test
  void smallestMemoryIsOnePage() {
    assertEquals("P", World.states(vm().createGuestMemory(World.bytes(1), 0).orThrow()));
  }

  @ParameterizedTest(name = "{0}, flags {1}: {2}")
  @CsvSource({
    "IN_PLACE, 0, P",
    "IN_PLACE, 1, P",
    "IN_PLACE, 2, S",
    "IN_PLACE, 3, S",
    "VM_ATTRIBUTES, 0, P",
    "VM_ATTRIBUTES, 1, P",
    "RFC_2025, 0, P",
    "RFC_2025, 1, S",
    "RFC_2025, 3, P",
  })
  void allPagesBeginInTheStateTheFlagsSay(KernelGeneration generation, long flags, String state) {
    GuestMemory memory = vm(generation).createGuestMemory(World.bytes(3), flags).orThrow();

    assertEquals(state.repeat(3), World.states(memory));
  }

  @ParameterizedTest
  @CsvSource({"VM_ATTRIBUTES, 2", "VM_ATTRIBUTES, 3", "RFC_2025, 2"})
  void flagsThatThisVmMayNotUseAreEinval(KernelGeneration generation, long flags) {
    assertEquals(Errno.EINVAL, errnoOf(vm(generation).createGuestMemory(World.bytes(1), flags)));
  }

  @Test
  void ordinaryVmMayBeginSharedInEveryGeneration() {
    VirtualMachine ordinary =
        Engine.builder()
            .generation(KernelGeneration.VM_ATTRIBUTES)
            .build()
            .createVm(SoftwareProtectedPolicy.forOrdinaryVms());

    assertEquals(
        "S",
        World.states(
            ordinary
                .createGuestMemory(World.bytes(1), GuestMemory.MMAP | GuestMemory.INIT_SHARED)
                .orThrow()));
  }

  private static VirtualMachine vm() {
    return vm(KernelGeneration.IN_PLACE);
  }

  private static VirtualMachine vm(KernelGeneration generation) {
    return Engine.builder()
        .generation(generation)
        .build()
        .createVm(SoftwareProtectedPolicy.create());
  }
}
