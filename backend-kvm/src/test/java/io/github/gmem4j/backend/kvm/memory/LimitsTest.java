package io.github.gmem4j.backend.kvm.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Signal;
import io.github.gmem4j.backend.kvm.fake.FakeHost;
import io.github.gmem4j.backend.kvm.fake.FakeKernel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The last byte that a host reaches, and the one past it. */
class LimitsTest {
  private static final long SIZE = 0x4000;

  private final FakeHost host = FakeHost.of(FakeKernel.Generation.IN_PLACE);
  private GuestMemory memory;
  private HostMapping mapping;

  @BeforeEach
  void create() {
    memory =
        host.vm()
            .createGuestMemory(new ByteCount(SIZE), GuestMemory.MMAP | GuestMemory.INIT_SHARED)
            .orThrow();
    mapping = memory.map(new ByteCount(SIZE)).orThrow();
  }

  @AfterEach
  void nothingIsLeft() {
    mapping.close();
    memory.close();
    host.close();
  }

  @Test
  void lastByteOfTheMappingIsReachedAndTheNextIsSigsegv() {
    HostAccess past = new HostAccess.Fault(Signal.SIGSEGV, "page 4 is not mapped");

    assertEquals(HostAccess.DONE, mapping.store(new ByteOffset(SIZE - 1), new byte[] {7}));
    byte[] back = {9, 9};
    assertEquals(past, mapping.load(new ByteOffset(SIZE - 1), back));
    assertEquals(7, back[0]);
    assertEquals(past, mapping.load(new ByteOffset(SIZE), new byte[1]));
    assertEquals(past, mapping.store(new ByteOffset(SIZE), new byte[1]));
    assertFalse(mapping.isMapped(new PageIndex(4)));
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, -4096, Long.MIN_VALUE, Long.MAX_VALUE})
  void accessThatWouldPassTheEndOfAllOffsetsDoesNotComeBackAtTheStart(long at) {
    HostAccess fault = mapping.store(new ByteOffset(at), new byte[] {7, 7});

    assertEquals(Signal.SIGSEGV, assertInstanceOf(HostAccess.Fault.class, fault).signal());
    byte[] back = new byte[2];
    assertEquals(HostAccess.DONE, mapping.load(ByteOffset.ZERO, back));
    assertEquals(0, back[0] | back[1]);
  }

  @Test
  void pinsEndWithTheMapping() {
    for (long page : new long[] {4, PageIndex.LIMIT - 1}) {
      KernelResult<Pin> pinned = mapping.pin(new PageIndex(page), ReferenceKind.LONG_TERM, "ring");
      assertEquals(Errno.EFAULT, assertInstanceOf(KernelResult.Failed.class, pinned).errno());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 4096, Integer.MIN_VALUE, Integer.MAX_VALUE})
  void noByteOutsideThePageIsReachedThroughAPin(int inPage) {
    try (Pin pin = mapping.pin(new PageIndex(3), ReferenceKind.LONG_TERM, "ring").orThrow()) {
      pin.store(4095, (byte) 5);
      assertEquals(5, pin.load(4095));
      assertEquals(0, pin.load(0));
      assertThrows(IndexOutOfBoundsException.class, () -> pin.read(inPage));
      assertThrows(IndexOutOfBoundsException.class, () -> pin.write(inPage, (byte) 1));
    }
  }
}
