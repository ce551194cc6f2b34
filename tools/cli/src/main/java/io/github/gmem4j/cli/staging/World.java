package io.github.gmem4j.cli.staging;

import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.cli.journal.Journal;
import io.github.gmem4j.cli.journal.Lane;
import io.github.gmem4j.cli.scenario.InputException;
import io.github.gmem4j.cli.scenario.MemoryLayout;
import io.github.gmem4j.cli.scenario.PlannedFault;
import io.github.gmem4j.cli.scenario.Role;
import io.github.gmem4j.cli.scenario.Scenario;
import io.github.gmem4j.cli.scenario.VmmDeed;
import io.github.gmem4j.core.kernel.KernelGeneration;
import io.github.gmem4j.core.vmm.Coordinator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Everything a scenario's steps act on. For one thread, deterministic. */
public final class World implements AutoCloseable {
  private final Scenario scenario;
  private final ConversionPolicy policy;
  private final ManualClock clock = new ManualClock();
  private final Journal journal = new Journal(clock::elapsed);
  private final StoryFaults faults = new StoryFaults(journal);
  private final Host host;
  private final Optional<String> stage;
  private final Map<String, HostProcess> processes = new HashMap<>();
  private final List<Participant> participants = new ArrayList<>();
  private Machine machine;

  /**
   * Builds the world of a scenario, up to the moment before its first step.
   *
   * @param policy the architecture it plays on
   * @param backend on what it plays
   * @throws InputException if the kernel does not allow what the scenario begins with
   */
  public World(Scenario scenario, ConversionPolicy policy, Backend backend) {
    this.scenario = scenario;
    this.policy = policy;
    host = backend.open(scenario, clock, journal, faults);
    boolean staged = false;
    try {
      VirtualMachine vm = host.createVm(policy);
      stage = host.description(policy, vm);
      GuestMemory memory = createMemory(vm);
      cast(memory);
      machine = machine(vm, memory);
      scenario.slots().forEach(machine::bind);
      staged = true;
    } finally {
      if (!staged) {
        host.close();
      }
    }
  }

  private GuestMemory createMemory(VirtualMachine vm) {
    MemoryLayout layout = scenario.memory();
    long flags = flags(layout, scenario.kernel());
    return switch (vm.createGuestMemory(layout.pages().bytes(), flags)) {
      case KernelResult.Ok<GuestMemory> ok -> ok.value();
      case KernelResult.Failed<GuestMemory> failed ->
          throw new InputException(
              layout.place(),
              "this memory cannot be created: " + failed.errno() + ", " + failed.reason());
    };
  }

  /** The two generations read the same two bits differently, see {@link KernelGeneration}. */
  private static long flags(MemoryLayout layout, KernelGeneration kernel) {
    if (kernel == KernelGeneration.VM_ATTRIBUTES) {
      // The memory has the private halves only; what begins shared is a matter of the VM.
      return layout.mappable() ? GuestMemory.MMAP : 0;
    }
    boolean shared = layout.begins() == Shareability.SHARED;
    boolean secondBit = kernel == KernelGeneration.RFC_2025 ? !shared : shared;
    return layout.mappable()
        ? GuestMemory.MMAP | (secondBit ? GuestMemory.INIT_SHARED : 0)
        : (shared ? GuestMemory.INIT_SHARED : 0);
  }

  /** Starts the host processes and finds who takes part in conversions. */
  private void cast(GuestMemory memory) {
    boolean nobody = scenario.processes().isEmpty() && scenario.participants().isEmpty();
    if (!scenario.memory().mappable() && !nobody) {
      throw new InputException(
          scenario.memory().place(), "this memory is not mappable, so no process can map it");
    }
    scenario.processes().forEach(name -> start(name, memory));
    for (Role role : scenario.participants()) {
      participants.add(
          switch (role) {
            case Role.Driver driver ->
                new DriverProcess(start(driver.name(), memory), driver.pages(), journal);
            case Role.Iommu iommu -> new IommuMap(iommu.name(), iommu.pages(), memory, journal);
            case Role.Refuser refuser -> new Refuser(refuser);
          });
    }
  }

  private HostProcess start(String name, GuestMemory memory) {
    HostProcess process = new HostProcess(name, memory, clock, journal);
    processes.put(name, process);
    return process;
  }

  private Machine machine(VirtualMachine vm, GuestMemory memory) {
    VmmSeat rules = StorySeat.of(policy.vmm(), scenario);
    Coordinator coordinator = new Coordinator(vm, rules, participants, clock, journal);
    return new Machine(vm, memory, coordinator, clock, scenario, journal);
  }

  /** Ends the VM and creates a new one, with the same memory and no slot. */
  public void restart() {
    VirtualMachine vm = host.createVm(policy);
    GuestMemory memory = linked(vm);
    machine.close();
    machine = machine(vm, memory);
    journal.deed(Lane.VMM, Lane.KVM, "closes the VM, creates a new one: same memory, no slot");
  }

  private GuestMemory linked(VirtualMachine vm) {
    return switch (vm.linkGuestMemory(machine.memory())) {
      case KernelResult.Ok<GuestMemory> ok -> ok.value();
      case KernelResult.Failed<GuestMemory> failed -> {
        vm.close();
        throw new InputException(
            "a memory cannot outlive its VM here: " + failed.errno() + ", " + failed.reason());
      }
    };
  }

  /**
   * Reboots: a new VM with the same memory, and with the slots of the beginning.
   *
   * @return what became of the conversion that resets the memory; empty if there is none
   */
  public Optional<ConversionOutcome> reboot(VmmDeed.OnReboot onReboot) {
    restart();
    Optional<ConversionOutcome> outcome =
        switch (onReboot) {
          case KEPT -> Optional.empty();
          case RESET ->
              Optional.of(
                  machine.convert(
                      scenario.memory().begins(),
                      new PageRange(new PageIndex(0), scenario.memory().pages())));
        };
    scenario.slots().forEach(machine::bind);
    return outcome;
  }

  /** Lets something go wrong from now on, in place of what was to go wrong there before. */
  public void plan(PlannedFault fault) {
    faults.plan(fault);
  }

  /** Tells whether a fault that was planned last for its place has come. */
  public boolean came(PlannedFault fault) {
    return faults.came(fault);
  }

  /** Tells whether nobody is waiting for a certain time to act. */
  public boolean isQuiet() {
    return clock.isQuiet();
  }

  /** Returns how often host processes had to fault in again what they had before. */
  public int refaults() {
    return processes.values().stream().mapToInt(HostProcess::refaults).sum();
  }

  /** Returns the architecture. */
  public ConversionPolicy policy() {
    return policy;
  }

  /** Returns who takes note of what happens. */
  public Journal journal() {
    return journal;
  }

  /** Returns on what this plays, in one sentence; empty in memory. */
  public Optional<String> stage() {
    return stage;
  }

  /** Returns the VM of this moment. */
  public Machine machine() {
    return machine;
  }

  /** Ends the VM, the host's processes and the host. */
  @Override
  public void close() {
    machine.close();
    processes.values().forEach(HostProcess::close);
    participants.stream()
        .filter(IommuMap.class::isInstance)
        .map(IommuMap.class::cast)
        .forEach(IommuMap::close);
    host.close();
  }

  /**
   * Returns a host process.
   *
   * @throws IllegalArgumentException if the scenario has none of this name
   */
  public HostProcess process(String name) {
    HostProcess process = processes.get(name);
    if (process == null) {
      throw new IllegalArgumentException("no process is called " + name);
    }
    return process;
  }
}
