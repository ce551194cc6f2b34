package io.github.gmem4j.cli.staging;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.MemorySlot;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.cli.journal.Journal;
import io.github.gmem4j.cli.journal.Lane;
import io.github.gmem4j.cli.journal.PageNames;
import io.github.gmem4j.cli.scenario.InputException;
import io.github.gmem4j.cli.scenario.Place;
import io.github.gmem4j.cli.scenario.SlotLayout;
import io.github.gmem4j.core.vmm.Coordinator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A VM with its view of the memory, its vCPUs and its VMM. */
public final class Machine {
  /** How often a vCPU may leave in one step: a request of 20 GiB, which no timeline can show. */
  public static final int MOST_EXITS = 10_000;

  private final VirtualMachine vm;
  private final GuestMemory memory;
  private final Coordinator coordinator;
  private final List<Vcpu> vcpus;
  private final Journal journal;

  Machine(
      VirtualMachine vm,
      GuestMemory memory,
      Coordinator coordinator,
      int vcpuCount,
      Journal journal) {
    this.vm = vm;
    this.memory = memory;
    this.coordinator = coordinator;
    this.journal = journal;
    this.vcpus = Stream.generate(() -> vm.createVcpu(GuestProgram.of())).limit(vcpuCount).toList();
    vm.enableExitHypercalls(1L << Exit.MapGpaRange.NUMBER).orThrow();
    // Scenarios begin with a guest that runs; its initial image is not part of the story.
    vm.finalizeLaunch().orThrow();
  }

  GuestMemory memory() {
    return memory;
  }

  /**
   * Runs a program until it ends or something happens that is not about memory.
   *
   * @return what its actions yielded, as far as it came
   */
  public List<ActionResult> run(int vcpu, GuestProgram program) {
    Vcpu runner = vcpus.get(vcpu);
    runner.load(program);
    Exit exit = runner.run();
    int exits = 1;
    for (Optional<Reply> reply = coordinator.answer(vcpu, exit);
        reply.isPresent();
        reply = coordinator.answer(vcpu, exit)) {
      if (++exits > MOST_EXITS) {
        throw new InputException(
            "vCPU " + vcpu + " leaves KVM_RUN more than " + MOST_EXITS + " times in one step");
      }
      exit = runner.run(reply.get());
    }
    return runner.results();
  }

  /** Converts pages through the memory itself; no slot is needed. */
  public ConversionOutcome convert(Shareability target, PageRange pages) {
    return memory.convert(ConversionRequest.of(pages.bytes(), target));
  }

  /** Returns the state of a page. */
  public Shareability stateOf(PageIndex page) {
    return memory.shareability(page);
  }

  /**
   * Adds a slot under the lowest number that is free.
   *
   * @throws InputException if the kernel refuses
   */
  public void bind(SlotLayout layout) {
    List<Integer> taken = vm.slots().stream().map(MemorySlot::slot).toList();
    int slot =
        IntStream.iterate(0, i -> i + 1).filter(i -> !taken.contains(i)).findFirst().orElse(0);
    ByteCount size = layout.pages().count().bytes();
    check(
        layout.place(),
        "slot " + slot + " cannot be bound",
        vm.setMemory(
            SlotRequest.bind(slot, layout.gpa(), size, memory, layout.pages().first().offset())));
    journal.deed(
        Lane.VMM,
        Lane.KVM,
        "binds slot %d: %s, %s".formatted(slot, layout.gpa(), PageNames.of(layout.pages())));
  }

  /**
   * Deletes a slot.
   *
   * @throws InputException if there is none of this number
   */
  public void unbind(Place place, int slot) {
    check(place, "slot " + slot + " cannot be deleted", vm.setMemory(SlotRequest.delete(slot)));
    journal.deed(Lane.VMM, Lane.KVM, "deletes slot " + slot);
  }

  private static void check(Place place, String what, KernelResult<MemorySlot> result) {
    if (result instanceof KernelResult.Failed<MemorySlot> failed) {
      throw new InputException(place, what + ": " + failed.errno() + ", " + failed.reason());
    }
  }

  /** Ends the VM and gives up its view of the memory. */
  void close() {
    vm.close();
    memory.close();
  }
}
