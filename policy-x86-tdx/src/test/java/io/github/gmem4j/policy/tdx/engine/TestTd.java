package io.github.gmem4j.policy.tdx.engine;

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
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.seam.FaultSite;
import io.github.gmem4j.api.seam.Waiter;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.vmm.Coordinator;
import io.github.gmem4j.policy.tdx.TdxConfig;
import io.github.gmem4j.policy.tdx.TdxPolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A TD with 8 MiB of private memory at address 0 in the in-memory engine. */
final class TestTd {
  static final long MIB = 1 << 20;
  static final ByteCount SIZE = ByteCount.mib(8);

  /** What happens, one after the other, each time the VMM waits. */
  final List<Runnable> duringWaits = new ArrayList<>();

  final VirtualMachine vm;
  final GuestMemory memory;
  final HostMapping host;
  final Coordinator vmm;
  private final Map<FaultSite, Integer> faults = new HashMap<>();
  private int waits;

  TestTd(TdxConfig config) {
    TdxPolicy policy = new TdxPolicy(config);
    Waiter waiter =
        pause -> {
          waits++;
          if (!duringWaits.isEmpty()) {
            duringWaits.removeFirst().run();
          }
        };
    Engine engine = Engine.builder().waiter(waiter).faults(this::fails).build();
    vm = engine.createVm(policy);
    memory = vm.createGuestMemory(SIZE, GuestMemory.MMAP).orThrow();
    vm.setMemory(SlotRequest.bind(0, new Gpa(0), memory)).orThrow();
    vm.enableExitHypercalls(1L << Exit.MapGpaRange.NUMBER).orThrow();
    host = memory.map(SIZE).orThrow();
    vmm = engine.coordinator(vm, policy);
  }

  static TestTd launched() {
    return launched(TdxConfig.DEFAULT);
  }

  static TestTd launched(TdxConfig config) {
    TestTd td = new TestTd(config);
    td.vm.finalizeLaunch().orThrow();
    return td;
  }

  private boolean fails(FaultSite site, long subject) {
    int left = faults.getOrDefault(site, 0);
    faults.put(site, Math.max(0, left - 1));
    return left > 0;
  }

  void fail(FaultSite site, int times) {
    faults.put(site, times);
  }

  int waits() {
    return waits;
  }

  Vcpu vcpu(GuestAction... actions) {
    return vm.createVcpu(GuestProgram.of(actions));
  }

  /** Runs a guest on a vCPU of its own until it halts and returns what its actions yielded. */
  List<ActionResult> run(GuestAction... actions) {
    Vcpu vcpu = vcpu(actions);
    assertInstanceOf(Exit.Halt.class, vmm.run(vcpu));
    return vcpu.results();
  }

  /** Runs a guest until something stops it, and returns what did. */
  Exit runToTheEnd(GuestAction... actions) {
    return vmm.run(vcpu(actions));
  }

  ConversionOutcome convert(long start, long size, Shareability target) {
    return memory.convert(ConversionRequest.of(ByteRange.of(start, size), target));
  }

  void store(long at, int value) {
    assertEquals(HostAccess.DONE, host.store(new ByteOffset(at), new byte[] {(byte) value}));
  }

  byte load(long at) {
    byte[] buffer = new byte[1];
    assertEquals(HostAccess.DONE, host.load(new ByteOffset(at), buffer));
    return buffer[0];
  }

  Shareability stateAt(long gpa) {
    return memory.shareability(new PageIndex(gpa >>> 12));
  }

  static GuestAction share(long start, long size) {
    return new GuestAction.Request(GpaRange.of(start, size), Shareability.SHARED);
  }

  static GuestAction unshare(long start, long size) {
    return new GuestAction.Request(GpaRange.of(start, size), Shareability.PRIVATE);
  }

  static GuestAction write(long at, Shareability as, int value) {
    return new GuestAction.Write(new Gpa(at), as, (byte) value);
  }

  static GuestAction read(long at, Shareability as) {
    return new GuestAction.Read(new Gpa(at), as);
  }

  static ActionResult loaded(int value) {
    return new ActionResult.Loaded((byte) value);
  }
}
