package io.github.gmem4j.conformance.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.backend.kvm.vcpu.StubRegion;
import io.github.gmem4j.conformance.operation.ConversionOperation;
import io.github.gmem4j.conformance.operation.GuestOperation;
import io.github.gmem4j.conformance.operation.Operation;
import io.github.gmem4j.conformance.operation.OperationNames;
import io.github.gmem4j.conformance.operation.PinKind;
import io.github.gmem4j.conformance.operation.PinOperation;
import io.github.gmem4j.conformance.operation.SlotOperation;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class RandomSequenceTest {
  private static final int LENGTH = 400;

  private static List<Operation> operations(long seed, VmType type, Menu menu) {
    RandomSequence sequence = new RandomSequence(seed, type, menu);
    return Stream.generate(sequence::next).limit(LENGTH).toList();
  }

  private static Stream<Operation> ofManySeeds(VmType type, Menu menu) {
    return LongStream.range(0, 40).boxed().flatMap(seed -> operations(seed, type, menu).stream());
  }

  private static Set<String> names(Stream<Operation> operations) {
    return operations.map(OperationNames::of).collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void theSameSeedGivesTheSameOperations() {
    assertEquals(
        operations(42, VmType.SW_PROTECTED, Menu.complete()),
        operations(42, VmType.SW_PROTECTED, Menu.complete()));
    assertNotEquals(
        operations(42, VmType.SW_PROTECTED, Menu.complete()),
        operations(43, VmType.SW_PROTECTED, Menu.complete()));
  }

  @Test
  void aSequenceBeginsWithItsVm() {
    RandomSequence sequence = new RandomSequence(5, VmType.DEFAULT, Menu.complete());
    assertEquals(sequence.start(), sequence.next());
    assertEquals(5, sequence.start().seed());
    assertEquals(VmType.DEFAULT, sequence.start().type());
  }

  @Test
  void everyOperationThatAJvmCanDoComesUp() {
    Set<String> expected =
        new TreeSet<>(
            List.of(
                "vm",
                "create",
                "fallocate",
                "ftruncate",
                "query_populated",
                "close",
                "bind",
                "unbind",
                "convert",
                "gmem_convert",
                "host_read",
                "host_write",
                "uaccess_read",
                "uaccess_write",
                "gmem_host_read",
                "gmem_host_write",
                "host_munmap",
                "host_mmap",
                "madvise",
                "mlock",
                "munlock",
                "guest_read",
                "guest_write",
                "prefault",
                "guest_hypercall",
                "pin",
                "unpin"));
    assertEquals(expected, names(ofManySeeds(VmType.SW_PROTECTED, Menu.complete())));
    assertEquals(expected, names(ofManySeeds(VmType.DEFAULT, Menu.complete())));
  }

  @Test
  void whatIsLeftOutNeverComesUp() {
    Menu menu =
        Menu.without(
            EnumSet.of(
                Move.HYPERCALL, Move.HYPERCALL_ILLEGAL, Move.REGISTER, Move.GUEST_LOAD, Move.LOCK));
    Set<String> names = names(ofManySeeds(VmType.SW_PROTECTED, menu));
    assertEquals(
        List.of(),
        names.stream().filter(Set.of("guest_hypercall", "guest_read", "mlock")::contains).toList());
    assertTrue(
        ofManySeeds(VmType.SW_PROTECTED, menu)
            .noneMatch(operation ->
                operation instanceof PinOperation.Take take && take.kind() == PinKind.IOURING));
  }

  @Test
  void noMoveNamesTheSlotsThatAreNotTheGuests() {
    List<Integer> slots =
        ofManySeeds(VmType.SW_PROTECTED, Menu.complete())
            .<Integer>mapMulti((operation, sink) -> {
              switch (operation) {
                case SlotOperation.Bind bind -> sink.accept(bind.slot());
                case SlotOperation.Unbind unbind -> sink.accept(unbind.slot());
                default -> {}
              }
            })
            .distinct()
            .toList();
    assertTrue(slots.size() > 10, slots.toString());
    assertFalse(slots.contains(0));
    assertTrue(slots.contains(VirtualMachine.MAX_SLOT));
  }

  @Test
  void whatTheGuestsCodeLiesInIsNeitherTouchedNorConverted() {
    long from = StubRegion.GPA;
    long end = StubRegion.GPA + StubRegion.BYTES;
    assertTrue(
        ofManySeeds(VmType.SW_PROTECTED, Menu.complete())
            .allMatch(operation ->
                switch (operation) {
                  case GuestOperation.Load load -> isElsewhere(load.at().value(), 1, from, end);
                  case GuestOperation.Store store -> isElsewhere(store.at().value(), 1, from, end);
                  case ConversionOperation.OfVm of ->
                      of.range().isEmptyOrWraps()
                          || isElsewhere(
                              of.range().start().value(), of.range().size().value(), from, end);
                  default -> true;
                }));
  }

  private static boolean isElsewhere(long start, long size, long from, long end) {
    return Long.compareUnsigned(start, end) >= 0 || Long.compareUnsigned(start + size, from) <= 0;
  }
}
