package io.github.gmem4j.backend.kvm.syscall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.KernelException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "these are Linux's calls on x86-64")
class LinuxSyscallsTest {
  private static final LinuxSyscalls LINUX = LinuxSyscalls.INSTANCE;

  @Test
  void everyCallOnABadDescriptorSaysSo() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(64);
      assertEquals(Returned.failure(9), LINUX.close(-1));
      assertEquals(Returned.failure(9), LINUX.ioctl(-1, 0, 0));
      assertEquals(Returned.failure(9), LINUX.ioctl(-1, 0, bytes));
      assertEquals(Returned.failure(9), LINUX.mmap(4096, 3, Linux.MAP_SHARED, -1, 0));
      assertEquals(Returned.failure(9), LINUX.fallocate(-1, 0, 0, 1));
      assertEquals(Returned.failure(9), LINUX.read(-1, bytes.address(), 1));
      assertEquals(Returned.failure(9), LINUX.pread(-1, bytes.address(), 1, 0));
      assertEquals(Returned.failure(9), LINUX.pwrite(-1, bytes.address(), 1, 0));
      assertEquals(Returned.failure(9), LINUX.vmsplice(-1, bytes, 0));
      assertEquals(Returned.failure(9), LINUX.tee(-1, -1, 1, 0));
      // close(2) by its number.
      assertEquals(Returned.failure(9), LINUX.syscall(3, -1, 0, 0, 0, 0, 0));
    }
  }

  @Test
  void badArgumentsAreErrorsAndNoSignals() {
    assertEquals(Returned.failure(2), LINUX.open("/proc/self/no-such-file", Linux.O_RDONLY));
    assertEquals(Returned.failure(22), LINUX.munmap(1, 4096));
    assertEquals(Returned.failure(22), LINUX.madvise(1, 4096, Linux.MADV_DONTNEED));
    assertEquals(Returned.failure(12), LINUX.mmap(1L << 62, 3, Linux.MAP_ANONYMOUS_LAZY, -1, 0));
    assertTrue(LINUX.mapAgain(4096, 4096).failed());
    assertEquals(Returned.failure(14), LINUX.pipe(MemorySegment.ofAddress(8), 0));
    // Thread 0 is nobody's.
    assertEquals(Returned.failure(22), LINUX.signalThread(0, 0));
  }

  // The mappings are this test's, and as long as it says.
  @SuppressWarnings("restricted")
  @Test
  void aFileOfOurOwnIsSizedMappedReadAndWritten() {
    int fd = LINUX.memfdCreate("gmem4j-test", Linux.MFD_CLOEXEC).orThrow("memfd").asInt();
    LINUX.ftruncate(fd, 8192).orThrow("ftruncate");
    long at = LINUX.mmap(8192, 3, Linux.MAP_SHARED, fd, 0).orThrow("mmap").value();
    MemorySegment bytes = MemorySegment.ofAddress(at).reinterpret(8192);
    bytes.set(ValueLayout.JAVA_LONG, 4096, 0x1122334455667788L);
    long again = LINUX.mapAgain(at, 8192).orThrow("mremap").value();
    assertEquals(
        0x1122334455667788L,
        MemorySegment.ofAddress(again).reinterpret(8192).get(ValueLayout.JAVA_LONG, 4096));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(8);
      assertEquals(Returned.of(8), LINUX.pread(fd, buffer.address(), 8, 4096));
      assertEquals(0x1122334455667788L, buffer.get(ValueLayout.JAVA_LONG, 0));
      assertEquals(Returned.failure(14), LINUX.pread(fd, 8, 8, 4096));
      MemorySegment vector = arena.allocate(2);
      assertEquals(Returned.of(0), LINUX.mincore(at, 8192, vector));
      assertEquals(1, vector.get(ValueLayout.JAVA_BYTE, 1) & 1);
    }
    assertEquals(Returned.of(0), LINUX.fallocate(fd, Linux.FALLOC_PUNCH, 4096, 4096));
    assertEquals(0, bytes.get(ValueLayout.JAVA_LONG, 4096));
    assertEquals(Returned.of(0), LINUX.munmap(again, 8192));
    assertEquals(Returned.of(0), LINUX.munmap(at, 8192));
    assertEquals(Returned.of(0), LINUX.close(fd));
    assertEquals(Returned.failure(9), LINUX.close(fd));
  }

  @Test
  void theKickSignalInterruptsABlockedCallAndNothingElse() throws InterruptedException {
    int signal = LINUX.kickSignal().orThrow("a free signal").asInt();
    assertEquals(signal, LINUX.kickSignal().asInt());
    assertTrue(signal >= 35 && signal <= 64);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment pair = arena.allocate(8);
      LINUX.pipe(pair, Linux.O_CLOEXEC).orThrow("pipe");
      int out = pair.get(ValueLayout.JAVA_INT, 0);
      int[] thread = new int[1];
      Returned[] read = new Returned[1];
      Thread reader =
          Thread.ofPlatform()
              .start(() -> {
                thread[0] = LINUX.gettid().asInt();
                read[0] = LINUX.read(out, arena.allocate(1).address(), 1);
              });
      while (reader.isAlive()) {
        Thread.sleep(1);
        if (thread[0] != 0) {
          LINUX.signalThread(thread[0], signal);
        }
      }
      assertEquals(Returned.failure(4), read[0]);
      LINUX.close(out);
      LINUX.close(pair.get(ValueLayout.JAVA_INT, 4));
    }
  }

  @Test
  void aFailureWithoutANameKeepsItsNumber() {
    Returned crossDevice = Returned.failure(18);
    assertEquals(Errno.EIO, crossDevice.errno());
    assertEquals("no file (errno 18)", crossDevice.reason("no file"));
    assertEquals("no file", Returned.failure(12).reason("no file"));
    KernelException thrown =
        assertThrows(KernelException.class, () -> crossDevice.orThrow("no file"));
    assertEquals("EIO: no file (errno 18)", thrown.getMessage());
    assertFalse(Returned.of(0).failed());
    assertTrue(crossDevice.toFailure("no file").toString().contains("errno 18"));
  }
}
