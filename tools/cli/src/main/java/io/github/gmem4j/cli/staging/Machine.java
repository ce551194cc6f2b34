package io.github.gmem4j.cli.staging;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.ConversionScope;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.MemorySlot;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.SystemEventKind;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.cli.journal.Journal;
import io.github.gmem4j.cli.journal.Lane;
import io.github.gmem4j.cli.journal.PageNames;
import io.github.gmem4j.cli.scenario.InputException;
import io.github.gmem4j.cli.scenario.Launch;
import io.github.gmem4j.cli.scenario.Place;
import io.github.gmem4j.cli.scenario.Scenario;
import io.github.gmem4j.cli.scenario.SlotLayout;
import io.github.gmem4j.core.vmm.Coordinator;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A VM with its view of the memory, its vCPUs and its VMM. */
public final class Machine {
  private final VirtualMachine vm;
  private final GuestMemory memory;
  private final Coordinator coordinator;
  private final ManualClock clock;
  private final Scenario scenario;
  private final List<Vcpu> vcpus;
  private final KernelCalls calls;
  private final FrameStates frames;
  private final Journal journal;
  private boolean launched;

  Machine(
      VirtualMachine vm,
      GuestMemory memory,
      Coordinator coordinator,
      ManualClock clock,
      Scenario scenario,
      Journal journal) {
    this.vm = vm;
    this.memory = memory;
    this.coordinator = coordinator;
    this.clock = clock;
    this.scenario = scenario;
    this.journal = journal;
    this.vcpus =
        Stream.generate(() -> vm.createVcpu(GuestProgram.of())).limit(scenario.vcpus()).toList();
    this.calls = new KernelCalls(vm, memory, vcpus, clock, journal);
    this.frames = new FrameStates(journal);
    vm.enableExitHypercalls(vm.exitHypercalls()).orThrow();
  }

  /** Returns the calls that the VMM makes one by one. */
  public KernelCalls calls() {
    return calls;
  }

  GuestMemory memory() {
    return memory;
  }

  /**
   * Begins a program.
   *
   * @return why {@code run()} returned first
   */
  public Exit begin(int vcpu, GuestProgram program) {
    launch();
    Vcpu runner = vcpus.get(vcpu);
    runner.load(program);
    return runner.run();
  }

  /**
   * Answers an exit and goes on until one comes that is not about memory, or there is no end to it.
   *
   * @param isEndless asked after each exit and before each wait
   */
  public Ending finish(int vcpu, Exit first, BooleanSupplier isEndless) {
    try {
      return clock.watched(isEndless, () -> answered(vcpu, first, isEndless));
    } catch (StandstillException e) {
      return Ending.NONE;
    }
  }

  private Ending answered(int vcpu, Exit first, BooleanSupplier isEndless) {
    Exit exit = first;
    while (!isEndless.getAsBoolean()) {
      Optional<Reply> reply = coordinator.answer(vcpu, exit);
      if (reply.isEmpty() && !(exit instanceof Exit.Interrupted)) {
        return endingOf(exit);
      }
      // After a kick the VMM has done what it kicked for, and runs the vCPU again.
      exit = vcpus.get(vcpu).run(reply.orElse(Reply.RESUME));
    }
    return Ending.NONE;
  }

  /** What the VMM has no answer to, and the guest does not get past, is the end of the VM. */
  private static Ending endingOf(Exit exit) {
    return switch (exit) {
      case Exit.Halt halt -> Ending.BY_ITSELF;
      case Exit.Mmio mmio -> Ending.BY_ITSELF;
      case Exit.Interrupted interrupted -> Ending.BY_ITSELF;
      case Exit.SystemEvent event -> endingOf(event.kind());
      case Exit.MapGpaRange map -> Ending.STOPPED;
      case Exit.Unshare unshare -> Ending.STOPPED;
      case Exit.MemoryFault fault -> Ending.STOPPED;
      case Exit.Failed failed -> Ending.STOPPED;
    };
  }

  private static Ending endingOf(SystemEventKind kind) {
    return switch (kind) {
      case WAKEUP, SUSPEND -> Ending.BY_ITSELF;
      case SHUTDOWN, RESET, CRASH, TERMINATED, FATAL_ERROR -> Ending.STOPPED;
    };
  }

  /** Returns what the actions of the current program have yielded so far. */
  public List<ActionResult> results(int vcpu) {
    return vcpus.get(vcpu).results();
  }

  /** The guest finds its image in what is bound and private when it first runs. */
  private void launch() {
    if (!launched && scenario.launch() == Launch.AT_FIRST_RUN) {
      launched = true;
      scenario.memory().image().ifPresent(this::load);
      vm.finalizeLaunch().orThrow();
    }
  }

  /** Completes the initial image, as a call of its own. */
  public String finalizeLaunch() {
    launched = true;
    return calls.finalizeLaunch();
  }

  /** Where a platform has no launch, the pages become the guest's at its first touch. */
  private void load(PageRange pages) {
    for (MemorySlot slot : vm.slots()) {
      long end = slot.frames().endExclusive();
      for (long frame = slot.frames().first().value(); frame < end; frame++) {
        Gfn gfn = new Gfn(frame);
        PageIndex page = slot.pageOf(gfn);
        if (pages.contains(page) && stateOf(page) == Shareability.PRIVATE) {
          vm.populate(new GpaRange(gfn.gpa(), ByteCount.PAGE), source());
        }
      }
    }
  }

  /** Where private bytes are pages of their own the image comes from elsewhere. */
  private Optional<byte[]> source() {
    return vm.conversionScope() == ConversionScope.VM
        ? Optional.of(new byte[Page.BYTES])
        : Optional.empty();
  }

  /** Converts pages through the memory itself; no slot is needed. */
  public ConversionOutcome convert(Shareability target, PageRange pages) {
    return memory.convert(ConversionRequest.of(pages.bytes(), target));
  }

  /** Returns the state of a page; where it is the VM's and no slot has the page it is shared. */
  public Shareability stateOf(PageIndex page) {
    return vm.conversionScope() == ConversionScope.GUEST_MEMORY
        ? memory.shareability(page)
        : frameOf(page).map(frames::of).orElse(Shareability.SHARED);
  }

  /** Returns the page behind a guest address; empty if no slot covers it. */
  public Optional<PageIndex> pageAt(Gpa gpa) {
    return vm.slots().stream()
        .filter(slot -> slot.frames().contains(gpa.gfn()))
        .map(slot -> slot.pageOf(gpa.gfn()))
        .findFirst();
  }

  /** Tells whether a conversion of a range, as the kernel was given it, is about a frame. */
  public boolean isAbout(ByteRange range, Gfn gfn) {
    return switch (vm.conversionScope()) {
      case GUEST_MEMORY ->
          pageAt(gfn.gpa()).filter(page -> contains(range, page.offset().value())).isPresent();
      case VM -> contains(range, gfn.gpa().value());
    };
  }

  /** Tells whether a byte is in a range, both unsigned. */
  static boolean contains(ByteRange range, long place) {
    return Long.compareUnsigned(place - range.start().value(), range.size().value()) < 0;
  }

  /** Returns the frame at which the guest finds a page; empty if no slot has it. */
  public Optional<Gfn> frameOf(PageIndex page) {
    return vm.slots().stream()
        .map(slot -> slot.frames().first().value() + page.value() - slot.firstPage().value())
        .map(Gfn::new)
        .filter(gfn -> pageAt(gfn.gpa()).equals(Optional.of(page)))
        .findFirst();
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
    if (vm.conversionScope() == ConversionScope.VM
        && scenario.memory().begins() == Shareability.PRIVATE) {
      calls.setAttributes(Shareability.PRIVATE, new GpaRange(layout.gpa(), size));
    }
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
    vcpus.forEach(Vcpu::close);
    vm.close();
    memory.close();
  }
}
