package io.github.gmem4j.cli.staging;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import io.github.gmem4j.api.vm.Prefault;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.cli.journal.Journal;
import io.github.gmem4j.cli.journal.Lane;
import io.github.gmem4j.cli.journal.PageNames;
import io.github.gmem4j.cli.scenario.SlotNumbers;
import io.github.gmem4j.cli.scenario.Words;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The calls that a VMM makes one by one, with no guest waiting for it. Each returns its result as a
 * word.
 */
public final class KernelCalls {
  private final VirtualMachine vm;
  private final GuestMemory memory;
  private final List<Vcpu> vcpus;
  private final ManualClock clock;
  private final Journal journal;

  KernelCalls(
      VirtualMachine vm, GuestMemory memory, List<Vcpu> vcpus, ManualClock clock, Journal journal) {
    this.vm = vm;
    this.memory = memory;
    this.vcpus = vcpus;
    this.clock = clock;
    this.journal = journal;
  }

  /** Sets the attributes of guest frames, which the road tells by itself. */
  public String setAttributes(Shareability target, GpaRange range) {
    return Words.of(vm.setMemoryAttributes(range, target.attributes(), 0));
  }

  /** Frees pages. */
  public String discard(PageRange pages) {
    return told(Lane.MEMORY, "punches out " + PageNames.of(pages), memory.punchHole(pages.bytes()));
  }

  /** Allocates pages. */
  public String allocate(PageRange pages) {
    return told(Lane.MEMORY, "allocates " + PageNames.of(pages), memory.allocate(pages.bytes()));
  }

  /** Has a memory error hit a page. */
  public String poison(PageIndex page) {
    return told(Lane.MEMORY, "a memory error hits " + page, memory.poison(page));
  }

  /** Maps pages for a vCPU ahead of its first touch. */
  public String prefault(int vcpu, GpaRange range) {
    Prefault came = vcpus.get(vcpu).prefault(range, 0);
    String word =
        came.errno()
            .map(Enum::name)
            .orElse(came.left().equals(ByteCount.ZERO) ? Words.OK : Words.PARTLY);
    return told(Lane.KVM, "maps %s for vCPU %d ahead".formatted(range, vcpu), word, "");
  }

  /** Adds private pages, as they are, to the initial image. */
  public String populate(GpaRange range) {
    KernelResult<PageCount> came = vm.populate(range, Optional.empty());
    boolean isPart =
        came instanceof KernelResult.Ok<PageCount> ok
            && ok.value().value() < range.size().wholePages().value();
    return isPart
        ? told(Lane.KVM, image(range), Words.PARTLY, "")
        : told(Lane.KVM, image(range), came);
  }

  private static String image(GpaRange range) {
    return "adds " + range + " to the initial image";
  }

  /** Completes the initial image. */
  public String finalizeLaunch() {
    return told(Lane.KVM, "finalizes the launch", vm.finalizeLaunch());
  }

  /**
   * Asks for a change of a memory slot, right or wrong.
   *
   * @param isBound whether the guest memory is handed over with it
   */
  public String setSlot(SlotNumbers numbers, boolean isBound) {
    SlotRequest request =
        new SlotRequest(
            numbers.slot(),
            numbers.flags(),
            new Gpa(numbers.gpa()),
            new ByteCount(numbers.size()),
            new HostVirtualAddress(numbers.userspace()),
            isBound ? Optional.of(memory) : Optional.empty(),
            new ByteOffset(numbers.offset()));
    return told(
        Lane.KVM,
        "sets slot %d: gpa 0x%x, size 0x%x, flags 0x%x"
            .formatted(numbers.slot(), numbers.gpa(), numbers.size(), numbers.flags()),
        vm.setMemory(request));
  }

  /** Queues an interrupt. */
  public void interrupt(int vcpu) {
    vcpus.get(vcpu).queueInterrupt();
    journal.deed(Lane.VMM, Lane.KVM, "queues an interrupt for vCPU " + vcpu);
  }

  /**
   * Makes a vCPU leave {@code run()}.
   *
   * @param after how much later; empty: now
   */
  public void kick(int vcpu, Optional<Duration> after) {
    if (after.isPresent()) {
      clock.after(after.get(), () -> kick(vcpu));
    } else {
      kick(vcpu);
    }
  }

  private void kick(int vcpu) {
    journal.deed(Lane.VMM, Lane.KVM, "kicks vCPU " + vcpu);
    vcpus.get(vcpu).kick();
  }

  private String told(Lane to, String what, KernelResult<?> result) {
    String reason = result instanceof KernelResult.Failed<?> failed ? ", " + failed.reason() : "";
    return told(to, what, Words.of(result), reason);
  }

  private String told(Lane to, String what, String word, String reason) {
    journal.deed(Lane.VMM, to, what + ": " + word + reason);
    return word;
  }
}
