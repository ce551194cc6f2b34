package io.github.gmem4j.backend.kvm.fake;

import io.github.gmem4j.backend.kvm.syscall.Returned;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * io_uring of the fake kernel: one buffer, one request at a time. Every second wait for a request
 * is interrupted after the request was taken.
 */
final class FakeRings {
  private static final int HEAD = 0;
  private static final int TAIL = 4;
  private static final int COMPLETION_HEAD = 8;
  private static final int COMPLETION_TAIL = 12;
  private static final int ARRAY = 64;
  private static final int COMPLETIONS = 128;

  private FakeRings() {}

  static Returned setUp(MemorySegment params, Function<FakeFile, Returned> open) {
    params.set(ValueLayout.JAVA_INT, 0, 1);
    params.set(ValueLayout.JAVA_INT, 4, 2);
    params.set(ValueLayout.JAVA_INT, 40, HEAD);
    params.set(ValueLayout.JAVA_INT, 44, TAIL);
    params.set(ValueLayout.JAVA_INT, 64, ARRAY);
    params.set(ValueLayout.JAVA_INT, 80, COMPLETION_HEAD);
    params.set(ValueLayout.JAVA_INT, 84, COMPLETION_TAIL);
    params.set(ValueLayout.JAVA_INT, 100, COMPLETIONS);
    return open.apply(new FakeFile.Ring());
  }

  static Returned register(FakeFile.Ring ring, long operation, long vector, FakeKernel kernel) {
    ring.buffer.references--;
    ring.buffer = FakeGmem.Folio.NONE;
    if (operation == 0) {
      long address = kernel.nativeBytes(vector, 16).get(ValueLayout.JAVA_LONG, 0);
      FakeGmem.Folio folio = kernel.touch(address);
      if (folio == null) {
        return Returned.failure(FakeGmem.EFAULT);
      }
      folio.references += 1;
      ring.buffer = folio;
      ring.bufferAddress = address;
    }
    return Returned.of(0);
  }

  static Returned enter(FakeFile.Ring ring, long requests, IntFunction<@Nullable FakeFile> files) {
    int head = ring.rings.get(ValueLayout.JAVA_INT, HEAD);
    boolean taken = requests == 1 && head != ring.rings.get(ValueLayout.JAVA_INT, TAIL);
    if (taken) {
      ring.rings.set(ValueLayout.JAVA_INT, HEAD, head + 1);
      ring.waiting = true;
    }
    if (ring.waiting && (!taken || head % 2 == 0)) {
      complete(ring, files);
    }
    return Returned.of(taken ? 1 : 0);
  }

  private static void complete(FakeFile.Ring ring, IntFunction<@Nullable FakeFile> files) {
    MemorySegment entry = ring.entries;
    int opcode = entry.get(ValueLayout.JAVA_BYTE, 0);
    FakeFile.Plain file = (FakeFile.Plain) files.apply(entry.get(ValueLayout.JAVA_INT, 4));
    long at = entry.get(ValueLayout.JAVA_LONG, 16) - ring.bufferAddress;
    int length = entry.get(ValueLayout.JAVA_INT, 24);
    MemorySegment page = MemorySegment.ofArray(ring.buffer.bytes);
    int result = length;
    if (file == null || at < 0 || at + length > 4096) {
      result = -FakeGmem.EFAULT;
    } else if (opcode == 4) {
      MemorySegment.copy(file.bytes, 0, page, at, length);
    } else if (opcode == 5) {
      MemorySegment.copy(page, at, file.bytes, 0, length);
    }
    int tail = ring.rings.get(ValueLayout.JAVA_INT, COMPLETION_TAIL);
    ring.rings.set(ValueLayout.JAVA_INT, COMPLETIONS + (tail & 1) * 16L + 8, result);
    ring.rings.set(ValueLayout.JAVA_INT, COMPLETION_TAIL, tail + 1);
    ring.waiting = false;
  }
}
