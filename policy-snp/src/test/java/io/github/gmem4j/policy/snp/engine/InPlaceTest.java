package io.github.gmem4j.policy.snp.engine;

import static io.github.gmem4j.api.memory.Shareability.PRIVATE;
import static io.github.gmem4j.api.memory.Shareability.SHARED;
import static io.github.gmem4j.policy.snp.engine.SnpVm.read;
import static io.github.gmem4j.policy.snp.engine.SnpVm.unshare;
import static io.github.gmem4j.policy.snp.engine.SnpVm.validate;
import static io.github.gmem4j.policy.snp.engine.SnpVm.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.core.kernel.HostKernel;
import io.github.gmem4j.policy.snp.rmp.RmpFaults;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Edge cases 38 to 46: the conversion itself, and when the RMP moves. Source: the series
 * "guest_memfd: In-place conversion support", {@code virt/kvm/guest_memfd.c}; Linux 7.3 {@code
 * sev_gmem_make_private} and {@code sev_gmem_make_shared} of {@code arch/x86/kvm/svm/sev.c}.
 */
final class InPlaceTest {
  private static final long REGION = 2 << 20;

  private final SnpVm vm = SnpVm.launched();

  @Test
  void c38_onePinInTheMiddleOf512PagesConvertsNone() {
    vm.convert(REGION, REGION, SHARED);
    Pin pin = vm.pin(512 + 100, ReferenceKind.LONG_TERM);

    ConversionOutcome.Blocked blocked =
        assertInstanceOf(ConversionOutcome.Blocked.class, vm.convert(REGION, REGION, PRIVATE));

    assertEquals(Errno.EAGAIN, blocked.errno().orElseThrow());
    assertEquals(new ByteOffset(REGION + 100 * 4096), blocked.errorOffset());
    for (long page = 0; page < 512; page++) {
      assertEquals(SHARED, vm.stateAt(REGION + page * 4096));
    }
    pin.close();
  }

  @Test
  void c39_aReferenceThatPassesByIsWaitedOutOnce() {
    vm.convert(0, 4096, SHARED);
    vm.store(0, 1);
    vm.fail(HostKernel.TRANSIENT_REFERENCE, 1);

    assertEquals(List.of(new ActionResult.Fulfilled()), vm.run(unshare(0, 4096)));

    assertEquals(1, vm.waits());
    assertEquals(PRIVATE, vm.stateAt(0));
  }

  @Test
  void c40_aRangeThatIsHalfPrivateKeepsThatHalf() {
    vm.convert(0, 8 * 4096, SHARED);
    vm.convert(0, 4 * 4096, PRIVATE);
    vm.run(validate(0), write(0, PRIVATE, 42));

    assertInstanceOf(ConversionOutcome.Converted.class, vm.convert(0, 8 * 4096, PRIVATE));

    assertEquals(PRIVATE, vm.stateAt(7 * 4096));
    assertEquals(List.of(SnpVm.loaded(42)), vm.run(read(0, PRIVATE)));
  }

  @Test
  void c42_privateAndBackWithoutAGuestsTouchLeavesRmpAndBytesAlone() {
    vm.convert(0, 4096, SHARED);
    vm.store(0, 42);

    vm.convert(0, 4096, PRIVATE);
    vm.convert(0, 4096, SHARED);

    assertEquals(42, vm.load(0));
    assertEquals(0, vm.asked(RmpFaults.RMPUPDATE_INPUT));
  }

  @Test
  void c43_aRoundTripBehindTheGuestsBackIsNoticed() {
    vm.run(validate(0), write(0, PRIVATE, 42));

    vm.convert(0, 4096, SHARED);
    vm.convert(0, 4096, PRIVATE);

    ActionResult.Excepted excepted =
        assertInstanceOf(ActionResult.Excepted.class, vm.run(read(0, PRIVATE)).getFirst());
    assertTrue(excepted.reason().contains("0x404"));
  }

  /**
   * A guest touches while the VMM converts to and fro. A page becomes the guest's only while its
   * state is private: a fault comes before the conversion and is zapped, or after it and sees it.
   */
  @Test
  void c44_theRmpIsNeverPrivateWhereTheStateIsShared() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger tooLate = new AtomicInteger();
    Thread vmm = Thread.currentThread();
    vm.atRmpupdate(() -> {
      if (Thread.currentThread() != vmm && vm.stateAt(0) == SHARED) {
        tooLate.incrementAndGet();
      }
    });
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      Future<Integer> faults = threads.submit(() -> touchUntil(stop));
      for (int round = 0; round < 2_000; round++) {
        assertTrue(vm.convert(0, 4096, SHARED).succeeded());
        vm.store(0, round);
        assertEquals((byte) round, vm.load(0));
        assertTrue(vm.convert(0, 4096, PRIVATE).succeeded());
      }
      vm.convert(0, 4096, SHARED);
      stop.set(true);
      assertTrue(finished(faults) > 0);
    } finally {
      threads.shutdownNow();
    }

    assertEquals(0, tooLate.get());
    assertEquals(0, vm.rmp().assignedPages());
  }

  /** Touches page 0 privately over and over; returns how many touches came too late. */
  private int touchUntil(AtomicBoolean stop) {
    GuestProgram touch = GuestProgram.of(new GuestAction.Touch(new Gpa(0), PRIVATE));
    Vcpu vcpu = vm.vm.createVcpu(touch);
    int faults = 0;
    while (!stop.get() || faults == 0) {
      vcpu.load(touch);
      if (vcpu.run() instanceof Exit.MemoryFault) {
        faults++;
      }
    }
    return faults;
  }

  private static int finished(Future<Integer> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0, 0",
    "1, 4096, 0, 0",
    "0, 4097, 0, 0",
    "8388608, 4096, 0, 0",
    "-4096, 8192, 0, 0",
    "0, 4096, 1, 0",
    "0, 4096, 0, 1"
  })
  void c45_anIllegalConversionDoesNothing(long start, long size, long flags, long reserved) {
    ConversionRequest request =
        new ConversionRequest(
            ByteRange.of(start, size), Shareability.ATTRIBUTE_PRIVATE, flags, reserved);
    vm.convert(0, 8192, SHARED);

    assertEquals(Errno.EINVAL, vm.memory.convert(request).errno().orElseThrow());
    assertEquals(SHARED, vm.stateAt(0));
    assertEquals(SHARED, vm.stateAt(4096));
  }

  @Test
  void c46_aMemoryCanBeConvertedBeforeItIsBound() {
    vm.vm.setMemory(SlotRequest.delete(0)).orThrow();

    assertTrue(vm.convert(0, 4096, SHARED).succeeded());
    assertTrue(vm.convert(0, 4096, PRIVATE).succeeded());

    assertEquals(0, vm.asked(RmpFaults.RMPUPDATE_INPUT));
    assertFalse(vm.rmp().at(0).assigned());
  }
}
