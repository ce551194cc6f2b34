package io.github.gmem4j.testkit.world;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.vmm.Coordinator;
import io.github.gmem4j.testkit.asserting.AssertingParticipant;
import io.github.gmem4j.testkit.asserting.AssertingPlatform;
import io.github.gmem4j.testkit.asserting.AssertingPolicy;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * One VM in the in-memory engine and all that belongs to it, with time under the test's control.
 * The memory is bound whole in one slot at {@link #BASE}; the host maps it whole; the exits of
 * guests' calls are enabled, the launch is finalized; policy and participants are checked by
 * asserting wrappers.
 *
 * <p>Thread-safe as far as its parts are.
 */
public final class GuestWorld implements AutoCloseable {
  /** Where page 0 of the memory lies in the guest. */
  public static final Gpa BASE = new Gpa(0x1_0000_0000L);

  /** The slot in which the memory is bound. */
  public static final int SLOT = 1;

  private final AssertingPolicy policy;
  private final List<AssertingParticipant> participants;
  private final ManualClock clock;
  private final Timeline timeline;
  private final Engine engine;
  private final VirtualMachine vm;
  private final GuestMemory memory;
  private final HostMapping host;
  private final List<Vcpu> vcpus;
  private final Coordinator coordinator;

  GuestWorld(GuestWorldBuilder from) {
    policy = AssertingPolicy.of(from.policy);
    participants = from.participants.stream().map(AssertingParticipant::of).toList();
    clock = from.clock;
    timeline = new Timeline(clock, from.listener);
    engine =
        Engine.builder().clock(clock).waiter(clock).faults(from.faults).listener(timeline).build();
    vm = engine.createVm(policy);
    vm.enableExitHypercalls(vm.exitHypercalls()).orThrow();
    long initially = from.initially == Shareability.SHARED ? GuestMemory.INIT_SHARED : 0;
    memory =
        vm.createGuestMemory(
                new ByteCount((long) from.pages * Page.BYTES), GuestMemory.MMAP | initially)
            .orThrow();
    vm.setMemory(SlotRequest.bind(SLOT, BASE, memory)).orThrow();
    if (from.launched) {
      vm.finalizeLaunch().orThrow();
    }
    host = memory.map(memory.size()).orThrow();
    vcpus =
        IntStream.range(0, from.vcpus)
            .mapToObj(number -> vm.createVcpu(GuestProgram.of()))
            .toList();
    coordinator =
        engine.coordinator(
            vm, policy, participants.toArray(new AssertingParticipant[participants.size()]));
  }

  /** Begins a world for a policy. */
  public static GuestWorldBuilder of(ConversionPolicy policy) {
    return new GuestWorldBuilder(policy);
  }

  /** Returns the policy, checked. */
  public AssertingPolicy policy() {
    return policy;
  }

  /** Returns the platform of the VM, checked. */
  public AssertingPlatform platform() {
    return policy.platforms().getFirst();
  }

  /** Returns the participants, checked, in order. */
  public List<AssertingParticipant> participants() {
    return participants;
  }

  /** Returns the clock, which is the waiter too. */
  public ManualClock clock() {
    return clock;
  }

  /** Returns what happened so far. */
  public Timeline timeline() {
    return timeline;
  }

  /** Returns the engine. */
  public Engine engine() {
    return engine;
  }

  /** Returns the VM. */
  public VirtualMachine vm() {
    return vm;
  }

  /** Returns the memory. */
  public GuestMemory memory() {
    return memory;
  }

  /** Returns the host's mapping of the whole memory. */
  public HostMapping host() {
    return host;
  }

  /** Returns the first vCPU. */
  public Vcpu vcpu() {
    return vcpus.getFirst();
  }

  /** Returns all vCPUs. */
  public List<Vcpu> vcpus() {
    return vcpus;
  }

  /** Returns the VMM seat at work. */
  public Coordinator coordinator() {
    return coordinator;
  }

  /** Returns the guest physical address of a page. */
  public static Gpa gpa(long page) {
    return new Gpa(BASE.value() + page * Page.BYTES);
  }

  /** Returns the guest frame of a page. */
  public static Gfn gfn(long page) {
    return gpa(page).gfn();
  }

  /** Returns the guest physical bytes of some pages. */
  public static GpaRange gpas(long first, long count) {
    return new GpaRange(gpa(first), new ByteCount(count * Page.BYTES));
  }

  /** Returns where a page begins in the memory and in the host's mapping. */
  public static ByteOffset offset(long page) {
    return new PageIndex(page).offset();
  }

  /** Returns who may touch a page. */
  public Shareability stateOf(long page) {
    return memory.shareability(new PageIndex(page));
  }

  /**
   * Lets a vCPU do some things, answers its exits, and comes back when one is not for the
   * coordinator or when there were too many.
   *
   * @param vcpu which
   * @param most how many exits to answer at most
   * @param actions what the guest does
   * @return what came of it
   */
  public GuestRun run(Vcpu vcpu, int most, GuestAction... actions) {
    vcpu.load(GuestProgram.of(actions));
    Exit exit = vcpu.run();
    int exits = 1;
    for (; exits <= most; exits++) {
      Optional<Reply> reply = coordinator.answer(vcpu.id(), exit);
      if (reply.isEmpty()) {
        break;
      }
      exit = vcpu.run(reply.get());
    }
    return new GuestRun(List.of(actions), vcpu.results(), exit, exits);
  }

  /**
   * Lets the first vCPU do one thing that must come to an end.
   *
   * @throws AssertionError if it did not; with the timeline
   */
  public ActionResult result(GuestAction action) {
    GuestRun run = run(vcpu(), GuestRun.MANY, action);
    if (!run.halted() || run.results().isEmpty()) {
      throw new AssertionError(run + "\n" + timeline.render());
    }
    return run.results().getFirst();
  }

  /** Ends everything: vCPUs, mapping, memory, VM, coordinator. */
  @Override
  public void close() {
    vcpus.forEach(Vcpu::close);
    host.close();
    memory.close();
    vm.close();
    coordinator.close();
  }
}
