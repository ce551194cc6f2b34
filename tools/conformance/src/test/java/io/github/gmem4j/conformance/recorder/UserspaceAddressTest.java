package io.github.gmem4j.conformance.recorder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import io.github.gmem4j.conformance.operation.SlotOperation;
import io.github.gmem4j.conformance.process.MappedArea;
import io.github.gmem4j.conformance.process.ModelledProcess;
import io.github.gmem4j.conformance.process.SharedFileSource;
import org.junit.jupiter.api.Test;

final class UserspaceAddressTest {
  private static final ByteCount FOUR_PAGES = new ByteCount(0x4000);

  private final ModelledProcess process = new ModelledProcess();
  private final Descriptors descriptors = new Descriptors();

  UserspaceAddressTest() {
    for (int g = 0; g < 2; g++) {
      GuestMemory memory = mock(GuestMemory.class);
      when(memory.size()).thenReturn(FOUR_PAGES);
      descriptors.open(
          new GuestMemoryFile(g, memory, KernelResult.failed(Errno.ENODEV, "not mapped here")));
      process.map(g, new MappedArea(FOUR_PAGES, new SharedFileSource()));
    }
  }

  @Test
  void isTheMappingOfTheMemoryPlusTheOffsetInWholePages() {
    assertEquals(process.address(1).plus(0x2000), address(1, 0x2fff, 0));
  }

  @Test
  void isInTheMappingOfTheFirstMemoryForABadDescriptor() {
    assertEquals(process.address(0).plus(0x1000), address(-1, 0x1000, 0));
    assertEquals(process.address(0).plus(0x1000), address(-2, 0x1000, 0));
  }

  @Test
  void ignoresAnOffsetMoreThan16PagesPastTheEnd() {
    assertEquals(process.address(0).plus(0x13000), address(0, 0x13000, 0));
    assertEquals(process.address(0), address(0, 0x14000, 0));
    assertEquals(process.address(0), address(0, -0x1000, 0));
  }

  @Test
  void isOffByTheRecordedDelta() {
    assertEquals(process.address(0).plus(0x18d3), address(0, 0x1000, 0x8d3));
    assertEquals(process.address(0).plus(-0x1000), address(0, 0, -0x1000));
  }

  @Test
  void countsFromNothingWithoutAMapping() {
    process.unmap(0);
    assertEquals(0x1000, address(0, 0x1000, 0).value());
  }

  private HostVirtualAddress address(int g, long offset, long delta) {
    return UserspaceAddress.of(
        new SlotOperation.Bind(
            1, 4, new Gpa(0x1_0000_0000L), FOUR_PAGES, g, new ByteOffset(offset), delta),
        process,
        descriptors);
  }
}
