package io.github.gmem4j.backend.kvm.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.fake.FakeKernel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whichever call fails, in whatever way: closing what was handed out leaves nothing open. */
class FailureEverywhereTest {
  @ParameterizedTest
  @EnumSource(FakeKernel.Generation.class)
  void nothingIsLeftWhenNothingFails(FakeKernel.Generation generation) {
    FakeKernel kernel = new FakeKernel(generation);
    Life.over(kernel);
    kernel.assertNothingLeft();
    assertTrue(kernel.calls() > 100, "too little is tried: " + kernel.calls());
  }

  @ParameterizedTest
  @CsvSource({
    "IN_PLACE, 4",
    "IN_PLACE, 9",
    "IN_PLACE, 11",
    "IN_PLACE, 12",
    "IN_PLACE, 14",
    "IN_PLACE, 22",
    "IN_PLACE, 24",
    "IN_PLACE, 25",
    "ATTRIBUTES, 4",
    "ATTRIBUTES, 12",
    "ATTRIBUTES, 22"
  })
  void nothingIsLeftWhicheverCallFails(FakeKernel.Generation generation, int errno) {
    FakeKernel whole = new FakeKernel(generation);
    Life.over(whole);
    int positions = whole.calls();
    for (int position = 0; position < positions; position++) {
      FakeKernel kernel = new FakeKernel(generation);
      kernel.failAt(position, errno);
      Life.over(kernel);
      kernel.assertNothingLeft();
    }
  }

  @ParameterizedTest
  @EnumSource(FakeKernel.Generation.class)
  void aThousandLivesOfAMemoryLeaveNothing(FakeKernel.Generation generation) {
    FakeKernel kernel = new FakeKernel(generation);
    try (Kvm kvm = Kvm.open(kernel).orThrow();
        VirtualMachine vm = Life.vm(kvm).orThrow()) {
      int files = kernel.openFiles();
      int mappings = kernel.mappingCount();
      for (int i = 0; i < 1000; i++) {
        try (GuestMemory memory = vm.createGuestMemory(Life.SIZE, 3).orThrow();
            HostMapping mapping = memory.map(Life.SIZE).orThrow()) {
          mapping.store(ByteOffset.ZERO, new byte[8]);
          memory.convert(ConversionRequest.toPrivate(ByteRange.of(0, Life.SIZE.value())));
          memory.convert(ConversionRequest.toShared(ByteRange.of(0, Life.SIZE.value())));
          vm.setMemoryAttributes(GpaRange.of(0, Life.SIZE.value()), 8, 0);
          vm.setMemoryAttributes(GpaRange.of(0, Life.SIZE.value()), 0, 0);
        }
      }
      assertEquals(files, kernel.openFiles());
      assertEquals(mappings, kernel.mappingCount());
    }
    kernel.assertNothingLeft();
  }
}
