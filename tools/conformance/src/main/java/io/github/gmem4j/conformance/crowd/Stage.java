package io.github.gmem4j.conformance.crowd;

import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.conformance.real.WatchedVcpu;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A VM with one memory that everybody is after.
 *
 * @param zeroes whether a conversion leaves zeroes, as where two copies stand for one page
 */
record Stage(
    VirtualMachine vm, GuestMemory memory, HostMapping mapping, List<Vcpu> vcpus, boolean zeroes)
    implements AutoCloseable {
  /** How many pages there are: few, so that all meet. */
  static final int PAGES = 8;

  /** Far longer than one action takes, under software emulation on a busy machine too. */
  private static final Duration LONGEST_RUN = Duration.ofSeconds(60);

  private static final long BASE = 0x1_0000_0000L;
  private static final ByteCount SIZE = new ByteCount(PAGES * (long) Page.BYTES);

  /**
   * Takes over a VM whose memory is converted through the memory; it begins shared.
   *
   * @throws KernelException if the kernel refuses
   */
  static Stage in(VirtualMachine vm, int vcpus, boolean zeroes) {
    try {
      GuestMemory memory =
          vm.createGuestMemory(SIZE, GuestMemory.MMAP | GuestMemory.INIT_SHARED).orThrow();
      HostMapping mapping = memory.map(SIZE).orThrow();
      vm.setMemory(SlotRequest.bind(1, new Gpa(BASE), memory)).orThrow();
      vm.enableExitHypercalls(1L << Exit.MapGpaRange.NUMBER).orThrow();
      List<Vcpu> created =
          IntStream.range(0, vcpus)
              .<Vcpu>mapToObj(i -> new WatchedVcpu(vm.createVcpu(GuestProgram.of()), LONGEST_RUN))
              .toList();
      return new Stage(vm, memory, mapping, created, zeroes);
    } catch (KernelException e) {
      vm.close();
      throw e;
    }
  }

  /** Returns where the guest finds a page. */
  static Gpa gpa(long page) {
    return new Gpa(BASE + page * Page.BYTES);
  }

  /** Returns the pages that a guest's call names; it names none beyond the memory. */
  static PageRange pages(GpaRange range) {
    return PageRange.of(
        (range.start().value() - BASE) >>> Page.SHIFT, range.size().wholePages().value());
  }

  /** Converts pages. */
  Deed.Converted convert(PageRange pages, Shareability target) {
    return new Deed.Converted(
        pages,
        target,
        memory.convert(new ConversionRequest(pages.bytes(), target.attributes(), 0, 0)));
  }

  @Override
  public void close() {
    vm.close();
    mapping.close();
    memory.close();
  }
}
