package io.github.gmem4j.backend.kvm.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.SystemEventKind;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The struct is filled at the kernel's literal offsets. */
class ExitDecoderTest {
  private static final Returned RETURNED = Returned.of(0);

  private final MemorySegment run = Arena.ofAuto().allocate(4096, 8);

  private void reason(int reason) {
    run.set(ValueLayout.JAVA_INT, 8, reason);
  }

  private void word(long offset, long value) {
    run.set(ValueLayout.JAVA_LONG, offset, value);
  }

  private Decoded.ToVmm toVmm(Returned returned) {
    return assertInstanceOf(Decoded.ToVmm.class, ExitDecoder.decode(returned, run));
  }

  private Exit.Failed failed(Returned returned) {
    Decoded.ToVmm left = toVmm(returned);
    assertEquals(Open.NOTHING, left.open());
    return assertInstanceOf(Exit.Failed.class, left.exit());
  }

  @Test
  void aHypercallComesWithItsArguments() {
    reason(3);
    word(32, 12);
    word(40, 0x40_0000);
    word(48, 512);
    word(56, 0x11);
    word(96, 1);
    assertEquals(
        new Decoded.ToVmm(
            new Exit.MapGpaRange(new Gpa(0x40_0000), new PageCount(512), 0x11, 1), Open.HYPERCALL),
        ExitDecoder.decode(RETURNED, run));
  }

  @Test
  void aHypercallThatNobodyEnabledIsAnError() {
    reason(3);
    word(32, 11);
    assertEquals(Errno.EIO, failed(RETURNED).errno());
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 133})
  void aMemoryFaultIsReadOnlyWithItsErrnos(int errno) {
    reason(39);
    word(32, 8);
    word(40, 0x7000);
    word(48, 4096);
    assertEquals(
        new Exit.MemoryFault(
            new Gpa(0x7000),
            ByteCount.PAGE,
            Shareability.PRIVATE,
            Errno.ofNumber(errno).orElseThrow(),
            Optional.empty()),
        toVmm(Returned.failure(errno)).exit());
    word(32, 0);
    assertEquals(
        Shareability.SHARED,
        assertInstanceOf(Exit.MemoryFault.class, toVmm(Returned.failure(errno)).exit()).access());
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 9, 12, 22})
  void withAnyOtherErrnoTheStructIsStale(int errno) {
    reason(39);
    word(40, 0x7000);
    assertEquals(Errno.ofNumber(errno).orElseThrow(), failed(Returned.failure(errno)).errno());
  }

  @Test
  void anAddressFaultWithoutTheExitIsAFailure() {
    reason(0);
    assertEquals(Errno.EFAULT, failed(Returned.failure(14)).errno());
  }

  @Test
  void loadsAndStoresOfNobodysMemoryAreTold() {
    reason(6);
    word(32, 0x9001);
    run.set(ValueLayout.JAVA_BYTE, 40, (byte) 0x7F);
    run.set(ValueLayout.JAVA_INT, 48, 1);
    assertEquals(
        new Decoded.ToVmm(new Exit.Mmio(new Gpa(0x9001), 1, Optional.empty()), Open.MMIO_LOAD),
        ExitDecoder.decode(RETURNED, run));
    run.set(ValueLayout.JAVA_BYTE, 52, (byte) 1);
    assertEquals(
        new Decoded.ToVmm(
            new Exit.Mmio(new Gpa(0x9001), 1, Optional.of((byte) 0x7F)), Open.MMIO_STORE),
        ExitDecoder.decode(RETURNED, run));
  }

  @Test
  void theGuestsReportIsRecognisedByItsPort() {
    reason(2);
    run.set(ValueLayout.JAVA_SHORT, 34, (short) 0xE0);
    assertEquals(new Decoded.Reported(), ExitDecoder.decode(RETURNED, run));
    run.set(ValueLayout.JAVA_SHORT, 34, (short) 0xFFE0);
    assertTrue(failed(RETURNED).reason().contains("65504"));
  }

  @Test
  void haltShutdownAndInterruptionsAreToldApart() {
    reason(5);
    assertEquals(new Exit.Halt(), toVmm(RETURNED).exit());
    assertEquals(new Decoded.Interrupted(), ExitDecoder.decode(Returned.failure(4), run));
    reason(8);
    assertEquals(new Decoded.ShutDown(), ExitDecoder.decode(RETURNED, run));
  }

  @Test
  void aSystemEventComesWithItsWords() {
    reason(24);
    run.set(ValueLayout.JAVA_INT, 32, 6);
    run.set(ValueLayout.JAVA_INT, 36, 1);
    word(40, 0x11100);
    assertEquals(
        new Decoded.ToVmm(
            new Exit.SystemEvent(SystemEventKind.TERMINATED, List.of(0x11100L)), Open.NOTHING),
        ExitDecoder.decode(RETURNED, run));
    run.set(ValueLayout.JAVA_INT, 32, 7);
    run.set(ValueLayout.JAVA_INT, 36, 16);
    word(40 + 15 * 8, -1);
    Exit.SystemEvent fatal = assertInstanceOf(Exit.SystemEvent.class, toVmm(RETURNED).exit());
    assertEquals(SystemEventKind.FATAL_ERROR, fatal.kind());
    assertEquals(-1, fatal.data().get(15));
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "8, 0", "6, 17", "6, -1"})
  void aSystemEventThatNoKernelIsKnownToTellIsAnError(int type, int words) {
    reason(24);
    run.set(ValueLayout.JAVA_INT, 32, type);
    run.set(ValueLayout.JAVA_INT, 36, words);
    assertEquals(Errno.EIO, failed(RETURNED).errno());
    assertTrue(failed(RETURNED).reason().contains("system event " + type));
  }

  @Test
  void troubleInTheKernelIsNamed() {
    reason(9);
    word(32, 0x80000021L);
    assertTrue(failed(RETURNED).reason().contains("0x80000021"));
    reason(17);
    run.set(ValueLayout.JAVA_INT, 32, 3);
    assertTrue(failed(RETURNED).reason().contains("internal error 3"));
    reason(1234);
    assertTrue(failed(RETURNED).reason().contains("1234"));
  }
}
