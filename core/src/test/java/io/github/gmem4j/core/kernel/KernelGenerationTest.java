package io.github.gmem4j.core.kernel;

import static io.github.gmem4j.core.kernel.KernelGeneration.IN_PLACE;
import static io.github.gmem4j.core.kernel.KernelGeneration.RFC_2025;
import static io.github.gmem4j.core.kernel.KernelGeneration.VM_ATTRIBUTES;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.VmType;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How the generations of the interface differ. A: "guest_memfd: Introduce
 * KVM_GMEM_CONVERT_SHARED/PRIVATE ioctls" (RFC of May 2025); C: Linux 7.3.4, virt/kvm/guest_memfd.c
 * (kvm_gmem_create, kvm_gmem_commit_memory_region) and virt/kvm/kvm_main.c; B: recorded, see
 * RECORDINGS.md.
 */
class KernelGenerationTest {
  private static <T> void assertAnswers(Function<KernelGeneration, T> question, T a, T b, T c) {
    assertEquals(List.of(a, b, c), Arrays.stream(KernelGeneration.values()).map(question).toList());
  }

  @Test
  void what_only_some_generations_do() {
    assertAnswers(KernelGeneration::keepsStateInMemory, true, true, false);
    assertAnswers(KernelGeneration::emptyConversionSucceeds, true, false, false);
    assertAnswers(KernelGeneration::looksOnlyAtWhatChanges, true, false, false);
    assertAnswers(KernelGeneration::checksAttributes, false, true, true);
    assertAnswers(KernelGeneration::boundTwice, Errno.EINVAL, Errno.EEXIST, Errno.EEXIST);
  }

  /** Flag 1: may be mapped; flag 2: begins shared, in A: private. */
  @ParameterizedTest
  @CsvSource({
    "0, true, true, true, PRIVATE, PRIVATE, PRIVATE, false",
    "1, true, true, true, SHARED, PRIVATE, PRIVATE, true",
    "2, false, true, false, PRIVATE, SHARED, SHARED, false",
    "3, true, true, false, PRIVATE, SHARED, SHARED, true"
  })
  void flags(
      long flags,
      boolean allowedByA,
      boolean allowedByB,
      boolean allowedByC,
      Shareability inA,
      Shareability inB,
      Shareability inC,
      boolean convertibleInA) {
    assertAnswers(
        generation -> generation.allowsFlags(flags, VmType.SW_PROTECTED),
        allowedByA,
        allowedByB,
        allowedByC);
    assertAnswers(generation -> generation.initialState(flags), inA, inB, inC);
    assertAnswers(generation -> generation.isConvertible(flags), convertibleInA, true, false);
  }

  /** Linux 7.3.4, virt/kvm/guest_memfd.c, kvm_gmem_create: what is not known is EINVAL. */
  @Test
  void unknown_flags_are_allowed_by_none() {
    assertAnswers(generation -> generation.allowsFlags(4, VmType.DEFAULT), false, false, false);
    assertAnswers(generation -> generation.allowsFlags(7, VmType.DEFAULT), false, false, false);
    assertAnswers(
        generation -> generation.allowsFlags(Long.MIN_VALUE, VmType.DEFAULT), false, false, false);
  }

  /** kvm_arch_supports_gmem_init_shared: in C only a VM without private memory begins shared. */
  @Test
  void where_the_vm_keeps_the_state_an_ordinary_one_may_begin_shared() {
    assertEquals(true, VM_ATTRIBUTES.allowsFlags(3, VmType.DEFAULT));
    assertEquals(true, IN_PLACE.allowsFlags(3, VmType.DEFAULT));
    assertEquals(false, RFC_2025.allowsFlags(2, VmType.DEFAULT));
  }
}
