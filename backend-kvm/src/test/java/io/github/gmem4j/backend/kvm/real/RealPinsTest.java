package io.github.gmem4j.backend.kvm.real;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.gmem4j.api.memory.Blocker;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.PlainGuest;
import io.github.gmem4j.backend.kvm.probe.ConversionInterface;
import io.github.gmem4j.backend.kvm.vm.KvmVm;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("real-kernel")
class RealPinsTest {
  private static final ByteCount SIZE = ByteCount.kib(64);
  private static final PageIndex PAGE = new PageIndex(2);

  private Kvm kvm;
  private KvmVm vm;
  private GuestMemory memory;
  private HostMapping mapping;

  @BeforeEach
  void openHost() {
    kvm = RealKernel.open();
    vm = RealKernel.vm(kvm);
    KernelResult<GuestMemory> created =
        vm.createGuestMemory(SIZE, GuestMemory.MMAP | GuestMemory.INIT_SHARED);
    assumeTrue(created.succeeded(), "this kernel has no guest_memfd that is shared at first");
    memory = created.orThrow();
    mapping = memory.map(SIZE).orThrow();
  }

  @AfterEach
  void closeHost() {
    if (mapping != null) {
      mapping.close();
      memory.close();
    }
    if (vm != null) {
      vm.close();
      kvm.close();
    }
  }

  private Pin pin(ReferenceKind kind) {
    KernelResult<Pin> taken = mapping.pin(PAGE, kind, "disk");
    if (kind == ReferenceKind.LONG_TERM
        && taken instanceof KernelResult.Failed<Pin> failed
        && failed.errno() != Errno.EFAULT) {
      abort("no io_uring: " + failed.reason());
    }
    return taken.orThrow();
  }

  private static Errno errno(KernelResult<?> result) {
    return assertInstanceOf(KernelResult.Failed.class, result).errno();
  }

  private byte byteAt(int inPage) {
    byte[] one = new byte[1];
    mapping.load(new ByteOffset(PAGE.offset().value() + inPage), one);
    return one[0];
  }

  @ParameterizedTest
  @EnumSource(
      value = ReferenceKind.class,
      names = {"SHORT_TERM", "LONG_TERM"})
  void aPinSeesThePageAndKeepsItWhenItIsPunchedOut(ReferenceKind kind) {
    try (Pin pin = pin(kind)) {
      assertEquals("disk", pin.holder());
      assertEquals(kind, pin.kind());
      assertEquals(PAGE, pin.page());
      mapping.store(new ByteOffset(PAGE.offset().value() + 5), new byte[] {77});
      assertEquals(77, pin.load(5));
      memory.punchHole(PAGE.asRange().bytes()).orThrow();
      assertEquals(0, byteAt(5));
      assertEquals(77, pin.load(5));
      assertThrows(IndexOutOfBoundsException.class, () -> pin.load(Page.BYTES));
    }
  }

  @Test
  void aRegisteredBufferStoresPastThePageTable() {
    try (Pin pin = pin(ReferenceKind.LONG_TERM)) {
      pin.store(9, (byte) 12);
      assertEquals(12, byteAt(9));
      pin.store(4095, (byte) 13);
      assertEquals(13, byteAt(4095));
      assertEquals(13, pin.load(4095));
    }
  }

  @Test
  void theKernelsWakeUpAfterARingIsNotSeen() {
    ByteCount larger = ByteCount.kib(1024);
    try (GuestMemory other = vm.createGuestMemory(larger, GuestMemory.MMAP).orThrow()) {
      for (int i = 0; i < 200; i++) {
        pin(ReferenceKind.LONG_TERM).close();
        for (int j = 0; j < 20; j++) {
          other.allocate(ByteRange.of(0, larger.value())).orThrow();
          other.punchHole(ByteRange.of(0, larger.value())).orThrow();
        }
      }
    }
  }

  @Test
  void aPipeOnlyReads() {
    try (Pin pin = pin(ReferenceKind.SHORT_TERM)) {
      assertThrows(UnsupportedOperationException.class, () -> pin.store(0, (byte) 1));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ReferenceKind.class,
      names = {"SHORT_TERM", "LONG_TERM"})
  void aReleasedPinIsUsedNoMore(ReferenceKind kind) {
    Pin pin = pin(kind);
    pin.close();
    pin.close();
    assertThrows(IllegalStateException.class, () -> pin.load(0));
  }

  @Test
  void pagesThatCannotBeTouchedCannotBePinned() {
    try (GuestMemory closedToHosts = vm.createGuestMemory(SIZE, GuestMemory.MMAP).orThrow();
        HostMapping blind = closedToHosts.map(SIZE).orThrow()) {
      for (ReferenceKind kind : ReferenceKind.values()) {
        assertEquals(
            kind == ReferenceKind.TRANSIENT ? Errno.EINVAL : Errno.EFAULT,
            errno(blind.pin(PAGE, kind, "disk")));
      }
      assertEquals(
          Errno.EFAULT, errno(mapping.pin(new PageIndex(16), ReferenceKind.SHORT_TERM, "disk")));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ReferenceKind.class,
      names = {"SHORT_TERM", "LONG_TERM"})
  void aPinBlocksTheConversionAndTheLedgerNamesItsHolder(ReferenceKind kind) {
    KernelResult<KvmVm> made =
        kvm.createVm(PlainGuest.policy(VmType.SW_PROTECTED), RoadListener.NONE);
    assumeTrue(made.succeeded(), () -> "no VM has private memory here: " + made);
    ConversionRequest request = ConversionRequest.toPrivate(ByteRange.of(0, SIZE.value()));
    try (KvmVm own = made.orThrow()) {
      assumeTrue(
          own.conversion() instanceof ConversionInterface.InPlace,
          () -> "this kernel does not convert in place: " + own.conversion());
      try (GuestMemory convertible = own.createGuestMemory(SIZE, 3).orThrow();
          HostMapping open = convertible.map(SIZE).orThrow()) {
        try (Pin pin = open.pin(PAGE, kind, "disk").orThrow()) {
          ConversionOutcome.Blocked blocked =
              assertInstanceOf(ConversionOutcome.Blocked.class, convertible.convert(request));
          assertEquals(PAGE.offset(), blocked.errorOffset());
          Blocker blocker = blocked.blockers().getFirst();
          assertEquals(pin.holder(), blocker.holder());
          assertEquals(PAGE, blocker.page());
        }
        assertInstanceOf(ConversionOutcome.Converted.class, convertible.convert(request));
      }
    }
  }
}
