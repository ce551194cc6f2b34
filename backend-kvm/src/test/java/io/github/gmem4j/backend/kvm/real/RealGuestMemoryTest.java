package io.github.gmem4j.backend.kvm.real;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.memory.Signal;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.vm.KvmVm;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("real-kernel")
class RealGuestMemoryTest {
  private static final ByteCount SIZE = ByteCount.kib(64);
  private static final long SHARED = GuestMemory.MMAP | GuestMemory.INIT_SHARED;

  private Kvm kvm;
  private KvmVm vm;

  @BeforeEach
  void openHost() {
    kvm = RealKernel.open();
    vm = RealKernel.vm(kvm);
  }

  @AfterEach
  void closeHost() {
    if (vm != null) {
      vm.close();
      kvm.close();
    }
  }

  private GuestMemory memory(long flags) {
    KernelResult<GuestMemory> created = vm.createGuestMemory(SIZE, flags);
    assumeTrue(created.succeeded(), () -> "this kernel refuses flags " + flags + ": " + created);
    return created.orThrow();
  }

  private static Errno errno(KernelResult<?> result) {
    return assertInstanceOf(KernelResult.Failed.class, result).errno();
  }

  private static HostAccess.Fault fault(HostAccess access) {
    return assertInstanceOf(HostAccess.Fault.class, access);
  }

  @Test
  void sizesAndFlagsAreCheckedByTheKernel() {
    assertEquals(Errno.EINVAL, errno(vm.createGuestMemory(new ByteCount(4097), 0)));
    assertEquals(Errno.EINVAL, errno(vm.createGuestMemory(ByteCount.ZERO, 0)));
    assertEquals(Errno.EINVAL, errno(vm.createGuestMemory(new ByteCount(-Page.BYTES), 0)));
    assertEquals(Errno.EINVAL, errno(vm.createGuestMemory(SIZE, 1L << 40)));
  }

  @Test
  void bytesStoredThroughOneMappingAreLoadedThroughAnother() {
    try (GuestMemory memory = memory(SHARED);
        HostMapping one = memory.map(SIZE).orThrow();
        HostMapping other = memory.map(SIZE).orThrow()) {
      byte[] written = new byte[3 * Page.BYTES];
      for (int i = 0; i < written.length; i++) {
        written[i] = (byte) (i * 31);
      }
      assertEquals(HostAccess.DONE, one.store(new ByteOffset(100), written));
      byte[] read = new byte[written.length];
      assertEquals(HostAccess.DONE, other.load(new ByteOffset(100), read));
      assertArrayEquals(written, read);
    }
  }

  @Test
  void eachPageFaultsOnceInEachMapping() {
    try (GuestMemory memory = memory(SHARED);
        HostMapping mapping = memory.map(SIZE).orThrow()) {
      assertEquals(0, mapping.faults());
      assertFalse(mapping.isMapped(new PageIndex(1)));
      mapping.store(new ByteOffset(Page.BYTES), new byte[2 * Page.BYTES]);
      mapping.load(new ByteOffset(Page.BYTES), new byte[2 * Page.BYTES]);
      assertEquals(2, mapping.faults());
      assertTrue(mapping.isMapped(new PageIndex(1)));
      mapping.drop(PageRange.of(1, 1));
      assertFalse(mapping.isMapped(new PageIndex(1)));
      mapping.load(new ByteOffset(Page.BYTES), new byte[1]);
      assertEquals(3, mapping.faults());
    }
  }

  @Test
  void privatePagesAnswerWithBusErrorsAndTheProcessLives() {
    try (GuestMemory memory = memory(GuestMemory.MMAP);
        HostMapping mapping = memory.map(SIZE).orThrow()) {
      HostAccess.Fault load = fault(mapping.load(ByteOffset.ZERO, new byte[1]));
      assertEquals(Signal.SIGBUS, load.signal());
      assertEquals("page 0 is private", load.reason());
      assertEquals(Signal.SIGBUS, fault(mapping.store(ByteOffset.ZERO, new byte[1])).signal());
      assertEquals(0, mapping.faults());
      assertEquals(Shareability.PRIVATE, memory.shareability(new PageIndex(0)));
    }
  }

  @Test
  void anAccessThatRunsPastTheMemorysEndTransfersThePagesBeforeIt() {
    try (GuestMemory memory = memory(SHARED);
        HostMapping mapping = memory.map(new ByteCount(SIZE.value() + Page.BYTES)).orThrow()) {
      long last = SIZE.value() - Page.BYTES;
      byte[] ones = new byte[2 * Page.BYTES];
      java.util.Arrays.fill(ones, (byte) 1);
      HostAccess.Fault past = fault(mapping.store(new ByteOffset(last), ones));
      assertEquals(Signal.SIGBUS, past.signal());
      assertEquals("page 16 lies past the memory's end", past.reason());
      byte[] back = new byte[1];
      assertEquals(HostAccess.DONE, mapping.load(new ByteOffset(SIZE.value() - 1), back));
      assertEquals(1, back[0]);
      assertEquals(
          Signal.SIGSEGV,
          fault(mapping.load(new ByteOffset(SIZE.value() + Page.BYTES), back)).signal());
    }
  }

  @Test
  void aMemoryWithoutTheFlagCannotBeMapped() {
    try (GuestMemory memory = memory(0)) {
      assertEquals(Errno.ENODEV, errno(memory.map(SIZE)));
      assertEquals(Errno.EINVAL, errno(memory.map(ByteCount.ZERO)));
    }
  }

  @Test
  void impossibleLengthsAreTheKernelsErrors() {
    try (GuestMemory memory = memory(SHARED)) {
      assertEquals(Errno.EINVAL, errno(memory.map(ByteCount.ZERO)));
      assertEquals(Errno.ENOMEM, errno(memory.map(new ByteCount(-1))));
      assertEquals(Errno.ENOMEM, errno(memory.map(new ByteCount(1L << 62))));
      try (HostMapping mapping = memory.map(new ByteCount(1)).orThrow()) {
        assertEquals(ByteCount.PAGE, mapping.length());
      }
    }
  }

  @Test
  void aHoleReadsZeroAndPagesAreCountedOnlyOnceTouched() {
    try (GuestMemory memory = memory(SHARED);
        HostMapping mapping = memory.map(SIZE).orThrow()) {
      PageIndex two = new PageIndex(2);
      mapping.store(two.offset(), new byte[] {7});
      assertTrue(memory.isPopulated(two));
      memory.punchHole(two.asRange().bytes()).orThrow();
      assertFalse(memory.isPopulated(two));
      byte[] back = {1};
      mapping.load(two.offset(), back);
      assertEquals(0, back[0]);
      memory.allocate(ByteRange.of(3 * Page.BYTES, Page.BYTES)).orThrow();
      assertFalse(memory.isPopulated(new PageIndex(3)));
      assertFalse(memory.isPopulated(new PageIndex(99)));
    }
  }

  @Test
  void fallocateErrorsAreTheKernels() {
    try (GuestMemory memory = memory(SHARED)) {
      ByteRange page = ByteRange.of(0, Page.BYTES);
      assertEquals(Errno.EOPNOTSUPP, errno(memory.fallocate(0, page)));
      assertEquals(Errno.EINVAL, errno(memory.allocate(ByteRange.of(1, Page.BYTES))));
      assertEquals(Errno.EINVAL, errno(memory.punchHole(ByteRange.of(0, 0))));
      assertEquals(Errno.EINVAL, errno(memory.allocate(ByteRange.of(0, SIZE.value() + 4096))));
      assertTrue(memory.punchHole(ByteRange.of(SIZE.value(), Page.BYTES)).succeeded());
      assertEquals(Errno.EINVAL, errno(memory.truncate(ByteCount.PAGE)));
      assertEquals(Errno.EINVAL, errno(memory.truncate(SIZE)));
    }
  }

  @Test
  void duplicatesShareBytesAndOutliveMemoryAndVm() {
    GuestMemory memory = memory(SHARED);
    HostMapping mapping = memory.map(SIZE).orThrow();
    mapping.store(ByteOffset.ZERO, new byte[] {42});
    memory.close();
    vm.close();
    try (HostMapping second = mapping.duplicate()) {
      mapping.close();
      assertFalse(second.isMapped(new PageIndex(0)));
      byte[] back = new byte[1];
      assertEquals(HostAccess.DONE, second.load(ByteOffset.ZERO, back));
      assertEquals(42, back[0]);
    }
    assertEquals(Signal.SIGSEGV, fault(mapping.load(ByteOffset.ZERO, new byte[1])).signal());
  }

  @Test
  void everythingOnAClosedMemoryIsABadDescriptor() {
    GuestMemory memory = memory(SHARED);
    memory.close();
    memory.close();
    ByteRange page = ByteRange.of(0, Page.BYTES);
    assertEquals(Errno.EBADF, errno(memory.map(SIZE)));
    assertEquals(Errno.EBADF, errno(memory.allocate(page)));
    assertEquals(Errno.EBADF, errno(memory.truncate(SIZE)));
    assertEquals(Errno.EBADF, errno(memory.poison(new PageIndex(0))));
    assertEquals(
        java.util.Optional.of(Errno.EBADF),
        memory.convert(io.github.gmem4j.api.memory.ConversionRequest.toPrivate(page)).errno());
    assertThrows(IndexOutOfBoundsException.class, () -> memory.shareability(new PageIndex(16)));
  }

  @Test
  void memoriesCanBeCreatedWhileTheVmLivesAndUsedAfterwards() {
    GuestMemory memory = memory(SHARED);
    vm.close();
    assertEquals(Errno.EIO, errno(vm.createGuestMemory(SIZE, SHARED)));
    try (HostMapping mapping = memory.map(SIZE).orThrow()) {
      assertEquals(HostAccess.DONE, mapping.store(ByteOffset.ZERO, new byte[] {1}));
      assertTrue(memory.punchHole(ByteRange.of(0, Page.BYTES)).succeeded());
    }
    memory.close();
  }
}
