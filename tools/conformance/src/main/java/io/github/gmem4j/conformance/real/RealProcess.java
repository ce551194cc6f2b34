package io.github.gmem4j.conformance.real;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import io.github.gmem4j.conformance.operation.Backing;
import io.github.gmem4j.conformance.process.HostProcess;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * This process, as far as one sequence may use it. A JVM cannot fork, so no sequence for it may ask
 * for that.
 */
public final class RealProcess implements HostProcess {
  /** Stands where a guest memory's number stands; sequences have 0 and 1. */
  private static final int GUEST_CODE = 3;

  private final Syscalls syscalls;
  private final ByteCopy copy;
  private final AreaWindow window = AreaWindow.take();
  private final Map<Integer, RealArea> areas = new TreeMap<>();

  /**
   * Begins without areas.
   *
   * @throws io.github.gmem4j.api.memory.KernelException if the kernel refuses what it needs
   */
  public RealProcess(Syscalls syscalls) {
    this.syscalls = syscalls;
    this.copy = new ByteCopy(syscalls);
  }

  /**
   * Maps memory for the slot in which a recorder keeps its guest's code; nothing else names it.
   *
   * @throws io.github.gmem4j.api.memory.KernelException if the kernel refuses
   */
  public HostVirtualAddress mapGuestCode(ByteCount size) {
    mapBacking(GUEST_CODE, Backing.ANON, size);
    return address(GUEST_CODE);
  }

  /**
   * {@inheritDoc}
   *
   * @throws io.github.gmem4j.api.memory.KernelException if the kernel refuses
   */
  @Override
  public void mapBacking(int g, Backing backing, ByteCount size) {
    areas.put(g, RealArea.map(syscalls, copy, backing, window.address(g), size.value()));
  }

  /**
   * {@inheritDoc}
   *
   * @throws UnsupportedOperationException always: nothing of generation B is played for real
   */
  @Override
  public void mapMemory(int g, GuestMemory memory, HostMapping mapping) {
    throw new UnsupportedOperationException(
        "no kernel with conversion in place is played for real");
  }

  @Override
  public Optional<RealArea> area(int g) {
    return Optional.ofNullable(areas.get(g));
  }

  @Override
  public HostVirtualAddress address(int g) {
    return area(g).map(RealArea::address).orElse(HostVirtualAddress.NULL);
  }

  @Override
  public void unmap(int g) {
    RealArea area = areas.remove(g);
    if (area != null) {
      area.close();
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  public HostProcess fork() {
    throw new UnsupportedOperationException("a JVM does not fork");
  }

  @Override
  public void exit() {
    areas.values().forEach(RealArea::close);
    areas.clear();
    copy.close();
    window.close();
  }
}
