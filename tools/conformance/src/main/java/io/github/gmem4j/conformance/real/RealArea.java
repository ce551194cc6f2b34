package io.github.gmem4j.conformance.real;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import io.github.gmem4j.backend.kvm.syscall.Linux;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import io.github.gmem4j.conformance.operation.Backing;
import io.github.gmem4j.conformance.process.Area;
import io.github.gmem4j.conformance.process.HeldPages;
import io.github.gmem4j.conformance.process.Touch;
import java.lang.foreign.Arena;
import java.util.Optional;

/** An area of this process's own address space. Every answer is the kernel's. */
final class RealArea implements Area {
  private final Syscalls syscalls;
  private final ByteCopy copy;
  private final AreaMemory memory;
  private final long address;
  private final long length;

  private RealArea(Syscalls syscalls, ByteCopy copy, AreaMemory memory, long address, long length) {
    this.syscalls = syscalls;
    this.copy = copy;
    this.memory = memory;
    this.address = address;
    this.length = length;
  }

  /**
   * Maps fresh memory.
   *
   * @throws io.github.gmem4j.api.memory.KernelException if the kernel refuses
   */
  static RealArea map(
      Syscalls syscalls, ByteCopy copy, Backing backing, long address, long length) {
    AreaMemory memory = AreaMemory.create(syscalls, backing, length);
    Returned mapped = memory.map(address, length, Calls.MAP_FIXED_NOREPLACE, 0);
    if (mapped.failed()) {
      memory.close();
    }
    mapped.orThrow("cannot map an area");
    return new RealArea(syscalls, copy, memory, address, length);
  }

  HostVirtualAddress address() {
    return new HostVirtualAddress(address);
  }

  @Override
  public HostAccess load(ByteOffset at, byte[] into) {
    return copy.load(address + at.value(), into);
  }

  @Override
  public HostAccess store(ByteOffset at, byte[] from) {
    return copy.store(address + at.value(), from);
  }

  @Override
  public Optional<Errno> unmap(PageRange pages) {
    return failure(syscalls.munmap(start(pages), bytes(pages)));
  }

  @Override
  public Optional<Errno> remap(PageRange pages) {
    return failure(
        memory.map(start(pages), bytes(pages), Linux.MAP_FIXED, pages.first().offset().value()));
  }

  @Override
  public Optional<Errno> drop(PageRange pages) {
    return advise(pages, Linux.MADV_DONTNEED);
  }

  @Override
  public Optional<Errno> punch(PageRange pages) {
    return advise(pages, Calls.MADV_REMOVE);
  }

  @Override
  public Optional<Errno> populate(PageRange pages, Touch how) {
    return advise(
        pages,
        switch (how) {
          case READ -> Calls.MADV_POPULATE_READ;
          case WRITE -> Calls.MADV_POPULATE_WRITE;
        });
  }

  private Optional<Errno> advise(PageRange pages, int advice) {
    return failure(syscalls.madvise(start(pages), bytes(pages), advice));
  }

  @Override
  public Optional<Errno> lock(PageRange pages) {
    return failure(syscalls.syscall(Calls.MLOCK, start(pages), bytes(pages), 0, 0, 0, 0));
  }

  @Override
  public Optional<Errno> unlock(PageRange pages) {
    return failure(syscalls.syscall(Calls.MUNLOCK, start(pages), bytes(pages), 0, 0, 0, 0));
  }

  @Override
  public KernelResult<HeldPages> splice(PageRange pages, String holder) {
    return PipePages.take(syscalls, start(pages), bytes(pages));
  }

  @Override
  public KernelResult<HeldPages> register(PageRange pages, String holder) {
    return RegisteredPages.take(syscalls, start(pages), bytes(pages));
  }

  @Override
  public boolean isMapped(PageIndex page) {
    try (Arena arena = Arena.ofConfined()) {
      long at = address + page.offset().value();
      return !syscalls.mincore(at, Page.BYTES, arena.allocate(1)).failed();
    }
  }

  @Override
  public void close() {
    syscalls.munmap(address, length);
    memory.close();
  }

  private long start(PageRange pages) {
    return address + pages.first().offset().value();
  }

  private static long bytes(PageRange pages) {
    return pages.count().bytes().value();
  }

  private static Optional<Errno> failure(Returned returned) {
    return returned.failed() ? Optional.of(returned.errno()) : Optional.empty();
  }
}
