package io.github.gmem4j.conformance.real;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Signal;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import io.github.gmem4j.backend.kvm.syscall.LinuxSyscalls;
import io.github.gmem4j.conformance.operation.Backing;
import io.github.gmem4j.conformance.process.HeldPages;
import io.github.gmem4j.conformance.process.Touch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Areas of this process; needs no KVM. */
final class RealAreaTest {
  private static final ByteCount SIX_PAGES = new ByteCount(0x6000);

  private RealProcess process;

  @BeforeEach
  void open() {
    assumeTrue(
        System.getProperty("os.name").equals("Linux")
            && System.getProperty("os.arch").equals("amd64"),
        "this process has no Linux x86-64 beneath it");
    process = new RealProcess(LinuxSyscalls.INSTANCE);
    process.mapBacking(0, Backing.MEMFD, SIX_PAGES);
    process.mapBacking(1, Backing.ANON, SIX_PAGES);
  }

  @AfterEach
  void exit() {
    if (process != null) {
      process.exit();
    }
  }

  private RealArea area(int g) {
    return process.area(g).orElseThrow();
  }

  private static int load(RealArea area, long at) {
    byte[] loaded = new byte[1];
    assertEquals(HostAccess.DONE, area.load(new ByteOffset(at), loaded));
    return loaded[0];
  }

  private static HostAccess store(RealArea area, long at, int value) {
    return area.store(new ByteOffset(at), new byte[] {(byte) value});
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aStoredByteLoadsAgain(int g) {
    assertEquals(HostAccess.DONE, store(area(g), 0x1fff, 42));
    assertEquals(42, load(area(g), 0x1fff));
    assertEquals(0, load(area(g), 0x2000));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aTouchOfNothingIsAnAnswer(int g) {
    assertEquals(Optional.empty(), area(g).unmap(PageRange.of(1, 2)));
    assertFalse(area(g).isMapped(new PageIndex(1)));
    assertTrue(area(g).isMapped(new PageIndex(3)));
    for (long at : List.of(0x1000L, 0x2fffL, 0x6000L, -1L)) {
      HostAccess.Fault fault = assertInstanceOf(HostAccess.Fault.class, store(area(g), at, 1));
      assertEquals(Signal.SIGSEGV, fault.signal());
    }
    assertEquals(Optional.of(Errno.ENOMEM), area(g).lock(PageRange.of(0, 3)));
    assertEquals(Optional.of(Errno.ENOMEM), area(g).populate(PageRange.of(0, 3), Touch.WRITE));
    assertEquals(Optional.empty(), area(g).remap(PageRange.of(1, 2)));
    assertEquals(0, load(area(g), 0x1000));
  }

  @Test
  void aFileKeepsItsBytesAndAnonymousMemoryDoesNot() {
    store(area(0), 0, 7);
    store(area(1), 0, 7);
    for (int g : List.of(0, 1)) {
      assertEquals(Optional.empty(), area(g).drop(PageRange.of(0, 1)));
    }
    assertEquals(7, load(area(0), 0));
    assertEquals(0, load(area(1), 0));
    assertEquals(Optional.empty(), area(0).punch(PageRange.of(0, 1)));
    assertEquals(Optional.of(Errno.EINVAL), area(1).punch(PageRange.of(0, 1)));
    assertEquals(0, load(area(0), 0));
  }

  @Test
  void aPipeKeepsThePageThatWasPunched() {
    store(area(0), 0, 7);
    area(0).unmap(PageRange.of(2, 1));
    HeldPages held = area(0).splice(PageRange.of(0, 4), "pipe").orThrow();
    area(0).punch(PageRange.of(0, 1));
    store(area(0), 0, 8);
    assertEquals(2, held.count());
    assertEquals(List.of(7L, 0L), held.firstBytes());
    held.release();
    assertEquals(
        Errno.EFAULT,
        assertInstanceOf(KernelResult.Failed.class, area(0).splice(PageRange.of(2, 1), "pipe"))
            .errno());
  }

  @Test
  void aRegisteredBufferIsAllOrNothing() {
    KernelResult<HeldPages> taken;
    try {
      taken = area(1).register(PageRange.of(0, 3), "buffer");
    } catch (KernelException e) {
      abort(String.valueOf(e.getMessage()));
      return;
    }
    assertEquals(3, taken.orThrow().count());
    taken.orThrow().release();
    area(1).unmap(PageRange.of(2, 1));
    assertEquals(
        Errno.EFAULT,
        assertInstanceOf(KernelResult.Failed.class, area(1).register(PageRange.of(0, 3), "buffer"))
            .errno());
  }

  @Test
  void anAreaIsWhereItWasEachTimeAndNothingIsLeftOfIt() throws IOException {
    RealProcess other = new RealProcess(LinuxSyscalls.INSTANCE);
    other.mapBacking(0, Backing.MEMFD, SIX_PAGES);
    HostVirtualAddress at = other.address(0);
    assertNotEquals(at, process.address(0));
    other.unmap(0);
    assertEquals(HostVirtualAddress.NULL, other.address(0));
    other.mapBacking(0, Backing.ANON, SIX_PAGES);
    assertEquals(at, other.address(0));
    assertTrue(isMapped(at));
    other.exit();
    assertFalse(isMapped(at));
  }

  private static boolean isMapped(HostVirtualAddress at) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.anyMatch(line -> line.startsWith(Long.toHexString(at.value()) + "-"));
    }
  }

  @Test
  void aJvmDoesNotFork() {
    assertThrows(UnsupportedOperationException.class, process::fork);
  }
}
