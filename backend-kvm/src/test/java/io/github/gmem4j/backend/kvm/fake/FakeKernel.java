package io.github.gmem4j.backend.kvm.fake;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.backend.kvm.syscall.Returned;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A kernel that forgets nothing and can fail anywhere. Thread-safe: one call at a time, a vCPU's
 * run included.
 */
public final class FakeKernel implements Syscalls {
  /** How it converts. */
  public enum Generation {
    /** Not at all. */
    NONE,
    /** On the guest_memfd. */
    IN_PLACE,
    /** On the VM. */
    ATTRIBUTES
  }

  private static final int EBADF = 9;
  private static final int ENODEV = 19;

  /** Addresses of guest_memfd mappings: nobody may touch them but this kernel. */
  private static final long UNTOUCHABLE = 0x5000_0000_0000L;

  private final Generation generation;
  private final Map<Integer, FakeFile> files = new TreeMap<>();

  /** The files that a program started by this process would inherit. */
  private final Set<Integer> inherited = new TreeSet<>();

  private final Map<Long, Long> mappings = new TreeMap<>();
  private final FakeMappings gmem = new FakeMappings();
  private final FakeAliases aliases = new FakeAliases();

  /** Keeps memory that no file holds. */
  private final Map<Long, MemorySegment> anonymous = new TreeMap<>();

  private long nextGap = UNTOUCHABLE;
  private int nextFile = 100;
  private int calls;
  private int failAt = -1;
  private int failWith;
  private final FakeIoctls ioctls = new FakeIoctls(this);
  private int staleFaults;
  private int staleEvery;
  private int accesses;

  /** Creates a kernel. */
  public FakeKernel(Generation generation) {
    this.generation = generation;
  }

  Generation generation() {
    return generation;
  }

  /** Makes the processor one that calls with {@code vmmcall}. */
  public FakeKernel onAmd() {
    ioctls.onAmd();
    return this;
  }

  /** Lets one of the calls to come fail; 0 is the next. Releases never fail and do not count. */
  public void failAt(int call, int error) {
    failAt = calls + call;
    failWith = error;
  }

  /** Lets guests' next accesses of guest memory fault as if the state had just changed. */
  public synchronized void faultOutOfDate(int times) {
    staleFaults = times;
  }

  /** Lets one in so many of guests' accesses of guest memory fault so. */
  public synchronized void faultOutOfDateEvery(int accesses) {
    staleEvery = accesses;
  }

  boolean takeStaleFault() {
    boolean due = staleEvery > 0 && ++accesses % staleEvery == 0;
    return due || staleFaults > 0 && staleFaults-- > 0;
  }

  /** Returns the open files without close-on-exec. */
  public synchronized Set<Integer> inherited() {
    return Set.copyOf(inherited);
  }

  /** Returns how many calls were made that could have failed. */
  public int calls() {
    return calls;
  }

  /** Returns how many files are open. */
  public synchronized int openFiles() {
    return files.size();
  }

  /** Returns how many mappings there are. */
  public synchronized int mappingCount() {
    return mappings.size();
  }

  /** Checks that every file is closed and every mapping gone. */
  public synchronized void assertNothingLeft() {
    assertEquals(Map.of(), files);
    assertEquals(Map.of(), mappings);
  }

  @Nullable FakeFile file(int fd) {
    return files.get(fd);
  }

  boolean isOpen(FakeFile file) {
    return files.containsValue(file);
  }

  /** Returns memory of this process by its address. */
  // Whoever asks has the address from a mapping or an arena that is alive.
  @SuppressWarnings("restricted")
  MemorySegment nativeBytes(long address, long length) {
    return MemorySegment.ofAddress(address).reinterpret(length);
  }

  private synchronized Returned counted(Supplier<Returned> call) {
    return calls++ == failAt ? Returned.failure(failWith) : call.get();
  }

  static Returned answer(int errno) {
    return errno == 0 ? Returned.of(0) : Returned.failure(errno);
  }

  /** Opens a file with close-on-exec, as KVM does with nearly all. */
  Returned opened(FakeFile file) {
    return opened(file, true);
  }

  Returned opened(FakeFile file, boolean closeOnExec) {
    files.put(nextFile, file);
    if (!closeOnExec) {
      inherited.add(nextFile);
    }
    return Returned.of(nextFile++);
  }

  @Override
  public Returned open(String path, int flags) {
    return counted(() ->
        opened(
            path.equals("/dev/kvm") ? new FakeFile.Device() : new FakeFile.Pagemap(),
            (flags & 0x80000) != 0));
  }

  @Override
  public synchronized Returned close(int fd) {
    inherited.remove(fd);
    FakeFile file = files.remove(fd);
    if (file instanceof FakeFile.Pipe pipe && !files.containsValue(pipe)) {
      pipe.content().forEach(folio -> folio.references--);
    }
    return answer(file == null ? EBADF : 0);
  }

  @Override
  public Returned ioctl(int fd, long request, long argument) {
    return counted(() -> ioctls.answer(files.get(fd), request, argument));
  }

  @Override
  public Returned ioctl(int fd, long request, MemorySegment argument) {
    return counted(() -> ioctls.answer(files.get(fd), request, argument));
  }

  private Returned mapped(long address, long length) {
    mappings.put(address, length);
    return Returned.of(address);
  }

  private MemorySegment fresh(long length) {
    return Arena.ofAuto().allocate(length, 4096);
  }

  @Override
  public Returned mmap(long length, int protection, int flags, int fd, long offset) {
    return counted(() -> {
      if (fd == -1) {
        if ((flags & 0x20) == 0) {
          return Returned.failure(EBADF);
        }
        MemorySegment memory = fresh(length);
        anonymous.put(memory.address(), memory);
        return mapped(memory.address(), length);
      }
      return switch (files.get(fd)) {
        case FakeFile file when length == 0 -> Returned.failure(FakeGmem.EINVAL);
        case FakeGmem memory when (memory.flags & 1) == 0 -> Returned.failure(ENODEV);
        case FakeGmem memory -> mapGmem(memory, length, offset);
        case FakeFile.Plain plain when mappings.containsKey(plain.bytes.address()) ->
            mapAlias(plain, length);
        case FakeFile.Plain plain -> mapped(plain.bytes.address(), length);
        case FakeVcpu vcpu -> {
          vcpu.run = fresh(length);
          yield mapped(vcpu.run.address(), length);
        }
        case FakeFile.Ring ring -> {
          MemorySegment memory = fresh(length);
          if (offset == 0) {
            ring.rings = memory;
          } else {
            ring.entries = memory;
          }
          yield mapped(memory.address(), length);
        }
        case null -> Returned.failure(EBADF);
        default -> Returned.failure(ENODEV);
      };
    });
  }

  private Returned mapAlias(FakeFile.Plain plain, long length) {
    long address = nextGap;
    nextGap += length + (1L << 30) & -4096;
    aliases.add(address, plain, length);
    return mapped(address, length);
  }

  @Override
  public Returned mapOver(
      long address, long length, int protection, int flags, int fd, long offset) {
    return counted(() ->
        files.get(fd) instanceof FakeFile.Plain plain
            ? aliases.cover(address, length, plain)
            : Returned.failure(EBADF));
  }

  private Returned mapGmem(FakeGmem memory, long length, long offset) {
    long address = nextGap;
    nextGap += length + (1L << 30) & -4096;
    gmem.add(address, memory, length, offset);
    return mapped(address, length);
  }

  @Override
  public synchronized Returned munmap(long address, long length) {
    gmem.remove(address);
    aliases.remove(address);
    anonymous.remove(address);
    Long known = mappings.remove(address);
    return answer(known != null && known == length ? 0 : FakeGmem.EINVAL);
  }

  @Override
  public Returned mapAgain(long address, long length) {
    return counted(() -> mapGmem(gmem.memoryAt(address), length, 0));
  }

  @Override
  public Returned madvise(long address, long length, int advice) {
    return counted(() -> {
      gmem.drop(address, length);
      return Returned.of(0);
    });
  }

  @Override
  public Returned mincore(long address, long length, MemorySegment vector) {
    return counted(() -> {
      vector.set(ValueLayout.JAVA_BYTE, 0, (byte) (gmem.isTouched(address) ? 1 : 0));
      return Returned.of(0);
    });
  }

  @Override
  public Returned fallocate(int fd, int mode, long offset, long length) {
    return counted(() ->
        switch (files.get(fd)) {
          case FakeGmem memory -> answer(memory.fallocate(mode, offset, length));
          case FakeFile.Plain plain -> {
            plain.bytes.asSlice(offset, length).fill((byte) 0);
            yield Returned.of(0);
          }
          case null, default -> Returned.failure(EBADF);
        });
  }

  @Override
  public Returned ftruncate(int fd, long length) {
    return counted(() ->
        switch (files.get(fd)) {
          case FakeFile.Plain plain -> {
            plain.bytes = fresh(length);
            yield Returned.of(0);
          }
          case null -> Returned.failure(EBADF);
          default -> Returned.failure(FakeGmem.EINVAL);
        });
  }

  @Override
  public Returned memfdCreate(String name, int flags) {
    return counted(() -> opened(new FakeFile.Plain(), (flags & 1) != 0));
  }

  @Override
  public Returned read(int fd, long address, long count) {
    return counted(() -> {
      if (!(files.get(fd) instanceof FakeFile.Pipe pipe)) {
        return Returned.failure(EBADF);
      }
      FakeGmem.Folio folio = pipe.content().remove();
      folio.references--;
      MemorySegment.copy(
          folio.bytes, 0, nativeBytes(address, 4096), ValueLayout.JAVA_BYTE, 0, 4096);
      return Returned.of(4096);
    });
  }

  @Override
  public Returned pread(int fd, long address, long count, long offset) {
    return counted(() ->
        switch (files.get(fd)) {
          case FakeFile.Pagemap pagemap -> {
            MemorySegment entries = nativeBytes(address, count);
            for (long i = 0; i < count / 8; i++) {
              boolean present = gmem.isMapped((offset / 8 + i) << 12);
              entries.setAtIndex(ValueLayout.JAVA_LONG, i, present ? 1L << 63 : 0);
            }
            yield Returned.of(count);
          }
          case FakeFile.Plain plain -> moved(address, count, plain.bytes.asSlice(offset), true);
          case null, default -> Returned.failure(EBADF);
        });
  }

  @Override
  public Returned pwrite(int fd, long address, long count, long offset) {
    return counted(() ->
        files.get(fd) instanceof FakeFile.Plain plain
            ? moved(address, count, plain.bytes.asSlice(offset), false)
            : Returned.failure(EBADF));
  }

  private Returned moved(long address, long count, MemorySegment file, boolean toAddress) {
    if (address < UNTOUCHABLE || address >= nextGap) {
      MemorySegment memory = nativeBytes(address, count);
      MemorySegment.copy(toAddress ? file : memory, 0, toAddress ? memory : file, 0, count);
      return Returned.of(count);
    }
    return aliases.has(address)
        ? aliases.move(address, count, file, toAddress)
        : gmem.move(address, count, file, toAddress);
  }

  @Override
  public Returned pipe(MemorySegment descriptors, int flags) {
    return counted(() -> {
      FakeFile.Pipe pipe = new FakeFile.Pipe();
      descriptors.setAtIndex(ValueLayout.JAVA_INT, 0, opened(pipe, (flags & 0x80000) != 0).asInt());
      descriptors.setAtIndex(ValueLayout.JAVA_INT, 1, opened(pipe, (flags & 0x80000) != 0).asInt());
      return Returned.of(0);
    });
  }

  @Override
  public Returned vmsplice(int fd, MemorySegment vector, int flags) {
    return counted(() -> {
      FakeGmem.Folio folio = touch(vector.get(ValueLayout.JAVA_LONG, 0));
      if (folio == null) {
        return Returned.failure(FakeGmem.EFAULT);
      }
      return put(fd, folio);
    });
  }

  /** Touches a page for whoever is to hold it; null where it cannot be touched. */
  FakeGmem.@Nullable Folio touch(long address) {
    return aliases.has(address) ? aliases.hold(address) : gmem.touch(address);
  }

  private Returned put(int fd, FakeGmem.Folio folio) {
    if (!(files.get(fd) instanceof FakeFile.Pipe pipe)) {
      return Returned.failure(EBADF);
    }
    folio.references++;
    pipe.content().add(folio);
    return Returned.of(4096);
  }

  @Override
  public Returned tee(int in, int out, long length, int flags) {
    return counted(() ->
        files.get(in) instanceof FakeFile.Pipe pipe
            ? put(out, pipe.content().element())
            : Returned.failure(EBADF));
  }

  @Override
  public Returned syscall(long number, long a, long b, long c, long d, long e, long f) {
    return counted(() ->
        switch ((int) number) {
          case 72 -> answer(!files.containsKey((int) a) ? EBADF : setFlags((int) a, b, c));
          case 425 -> FakeRings.setUp(nativeBytes(b, 120), this::opened);
          case 426 -> FakeRings.enter(ring(a), b, files::get);
          case 427 -> FakeRings.register(ring(a), b, c, this);
          case 451 -> {
            if (!(files.get((int) a) instanceof FakeGmem memory)) {
              yield Returned.failure(EBADF);
            }
            long page = nativeBytes(b, 16).get(ValueLayout.JAVA_LONG, 0) / 4096;
            nativeBytes(c, 40)
                .set(ValueLayout.JAVA_LONG, 0, memory.folios.containsKey(page) ? 1 : 0);
            yield Returned.of(0);
          }
          default -> Returned.failure(38);
        });
  }

  /** {@code fcntl(F_SETFD, FD_CLOEXEC)}: the only one that anybody needs. */
  private int setFlags(int fd, long command, long flags) {
    if (command != 2 || flags != 1) {
      return FakeGmem.EINVAL;
    }
    inherited.remove(fd);
    return 0;
  }

  private FakeFile.Ring ring(long fd) {
    if (files.get((int) fd) instanceof FakeFile.Ring ring) {
      return ring;
    }
    throw new AssertionError("not a ring: " + fd);
  }

  @Override
  public Returned gettid() {
    return Returned.of(1);
  }

  @Override
  public Returned signalThread(int thread, int signal) {
    return Returned.of(0);
  }

  @Override
  public Returned kickSignal() {
    return counted(() -> Returned.of(35));
  }

  /** Returns the descriptors that are open. */
  public synchronized Set<Integer> descriptors() {
    return Set.copyOf(files.keySet());
  }
}
