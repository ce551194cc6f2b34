package io.github.gmem4j.policy.pkvm.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.api.seam.FaultSite;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.vmm.Coordinator;
import io.github.gmem4j.policy.pkvm.PkvmConfig;
import io.github.gmem4j.policy.pkvm.PkvmPolicy;
import io.github.gmem4j.policy.pkvm.PkvmVariant;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A protected VM with 16 private pages at address 0 in the in-memory engine, and its VMM. */
final class TestVm {
  static final long PAGES = 16;
  static final ActionResult SUCCEEDED = new ActionResult.Returned(HvcResult.SUCCESS);
  static final ActionResult REFUSED = new ActionResult.Returned(HvcResult.INVALID_PARAMETER);

  /** What happens, one after the other, each time the VMM waits. */
  final List<Runnable> duringWaits = new ArrayList<>();

  /** What happens in the kernel whenever it might go wrong. */
  FaultInjector inside = FaultInjector.NONE;

  final List<RoadEvent> events = new ArrayList<>();
  final Engine engine;
  final VirtualMachine vm;
  final GuestMemory memory;
  final HostMapping host;
  final Coordinator vmm;
  private final Map<FaultSite, Integer> faults = new HashMap<>();

  TestVm(PkvmConfig config, Participant... participants) {
    PkvmPolicy policy = new PkvmPolicy(config);
    engine =
        Engine.builder().waiter(pause -> waited()).faults(this::fails).listener(this::note).build();
    vm = engine.createVm(policy);
    ByteCount size = new ByteCount(PAGES * Page.BYTES);
    memory = vm.createGuestMemory(size, GuestMemory.MMAP).orThrow();
    vm.setMemory(SlotRequest.bind(0, new Gpa(0), memory)).orThrow();
    vm.enableExitHypercalls(vm.exitHypercalls()).orThrow();
    host = memory.map(size).orThrow();
    vmm = engine.coordinator(vm, policy, participants);
  }

  static TestVm of(PkvmVariant variant, Participant... participants) {
    return new TestVm(variant.config(), participants);
  }

  private void waited() {
    if (!duringWaits.isEmpty()) {
      duringWaits.removeFirst().run();
    }
  }

  private boolean fails(FaultSite site, long subject) {
    int left = faults.getOrDefault(site, 0);
    faults.put(site, Math.max(0, left - 1));
    return inside.injects(site, subject) || left > 0;
  }

  private synchronized void note(RoadEvent event) {
    events.add(event);
  }

  /** Makes the next occasions at a site go wrong. */
  void fail(FaultSite site, int times) {
    faults.put(site, times);
  }

  Vcpu vcpu(GuestAction... actions) {
    return vm.createVcpu(GuestProgram.of(actions));
  }

  /** Runs a guest on a vCPU of its own, with the VMM's help, until it halts. */
  List<ActionResult> run(GuestAction... actions) {
    Vcpu vcpu = vcpu(actions);
    assertInstanceOf(Exit.Halt.class, vmm.run(vcpu));
    return vcpu.results();
  }

  /** Runs a guest that does one thing and returns what it yielded. */
  ActionResult result(GuestAction action) {
    return run(action).getFirst();
  }

  /** Has the guest store a byte on a page and share the page. */
  void shared(long page, int value) {
    assertEquals(
        List.of(new ActionResult.Stored(), SUCCEEDED), run(write(page, value), share(page)));
  }

  ConversionOutcome convert(long first, long count, Shareability target) {
    return memory.convert(ConversionRequest.of(bytes(first, count), target));
  }

  Pin pin(long page) {
    return host.pin(new PageIndex(page), ReferenceKind.LONG_TERM, "nic").orThrow();
  }

  Pin kernelPin(long page) {
    return host.pin(new PageIndex(page), ReferenceKind.SHORT_TERM, "pipe").orThrow();
  }

  void store(long page, int value) {
    assertEquals(HostAccess.DONE, host.store(at(page), new byte[] {(byte) value}));
  }

  int load(long page) {
    byte[] buffer = new byte[1];
    assertEquals(HostAccess.DONE, host.load(at(page), buffer));
    return buffer[0];
  }

  HostAccess touch(long page) {
    return host.load(at(page), new byte[1]);
  }

  boolean hostMaps(long page) {
    return host.isMapped(new PageIndex(page));
  }

  Shareability state(long page) {
    return memory.shareability(new PageIndex(page));
  }

  /** Returns the states of the first pages, {@code P} or {@code S} for each. */
  String states(long count) {
    StringBuilder states = new StringBuilder();
    for (long page = 0; page < count; page++) {
      states.append(state(page) == Shareability.PRIVATE ? 'P' : 'S');
    }
    return states.toString();
  }

  /** Returns how many conversions came out in a way. */
  long tried(Class<? extends ConversionOutcome> outcome) {
    return events.stream()
        .filter(event ->
            event instanceof RoadEvent.ConversionTried tried && outcome.isInstance(tried.outcome()))
        .count();
  }

  /** Returns how often {@code run()} was left in a way. */
  long left(Class<? extends Exit> exit) {
    return events.stream()
        .filter(event -> event instanceof RoadEvent.RunLeft left && exit.isInstance(left.exit()))
        .count();
  }

  static ByteOffset at(long page) {
    return new ByteOffset(page * Page.BYTES);
  }

  static ByteRange bytes(long first, long count) {
    return ByteRange.of(first * Page.BYTES, count * Page.BYTES);
  }

  static GpaRange gpas(long first, long count) {
    return GpaRange.of(first * Page.BYTES, count * Page.BYTES);
  }

  static Gpa gpa(long page) {
    return new Gpa(page * Page.BYTES);
  }

  static GuestAction share(long page) {
    return new GuestAction.Call(Hvc.share(gpa(page)));
  }

  static GuestAction unshare(long page) {
    return new GuestAction.Call(Hvc.unshare(gpa(page)));
  }

  static GuestAction call(Hvc call) {
    return new GuestAction.Call(call);
  }

  static GuestAction request(long first, long count, Shareability target) {
    return new GuestAction.Request(gpas(first, count), target);
  }

  static GuestAction write(long page, int value) {
    return new GuestAction.Write(gpa(page), Shareability.PRIVATE, (byte) value);
  }

  static GuestAction read(long page) {
    return new GuestAction.Read(gpa(page), Shareability.PRIVATE);
  }

  static ActionResult loaded(int value) {
    return new ActionResult.Loaded((byte) value);
  }
}
