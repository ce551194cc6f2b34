package io.github.gmem4j.policy.snp.engine;

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
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.seam.FaultSite;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.SystemEventKind;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.vmm.Coordinator;
import io.github.gmem4j.policy.snp.SnpConfig;
import io.github.gmem4j.policy.snp.SnpPolicy;
import io.github.gmem4j.policy.snp.ghcb.Ghcb;
import io.github.gmem4j.policy.snp.ghcb.GhcbMsr;
import io.github.gmem4j.policy.snp.ghcb.PageSize;
import io.github.gmem4j.policy.snp.ghcb.PscBuffer;
import io.github.gmem4j.policy.snp.ghcb.PscEntry;
import io.github.gmem4j.policy.snp.ghcb.PscOperation;
import io.github.gmem4j.policy.snp.ghcb.VmgExit;
import io.github.gmem4j.policy.snp.ghcb.VmgExitResult;
import io.github.gmem4j.policy.snp.rmp.RmpFaults;
import io.github.gmem4j.policy.snp.rmp.RmpTable;
import io.github.gmem4j.policy.snp.rmp.SnpInstruction;
import io.github.gmem4j.policy.snp.rmp.SnpInstructionResult;
import io.github.gmem4j.policy.snp.rmp.Validation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An SNP guest with 8 MiB of private memory at address 0 in the in-memory engine. The last page is
 * shared: there the guest has its GHCB.
 */
final class SnpVm {
  static final ByteCount SIZE = ByteCount.mib(8);
  static final Gpa GHCB = new Gpa(SIZE.value() - 4096);

  static final SnpConfig CONFIG = SnpConfig.DEFAULT.toBuilder().ghcb(GHCB).build();

  /** What happens, one after the other, each time the VMM waits. */
  final List<Runnable> duringWaits = new ArrayList<>();

  final ObservedPolicy policy;
  final Engine engine;
  final VirtualMachine vm;
  final GuestMemory memory;
  final HostMapping host;
  final Coordinator vmm;
  private final Map<FaultSite, Integer> faults = new HashMap<>();
  private final Map<FaultSite, Integer> asked = new HashMap<>();
  private final Map<FaultSite, Integer> passes = new HashMap<>();
  private volatile Runnable atRmpupdate = () -> {};
  private int waits;

  SnpVm(SnpConfig config, Participant... participants) {
    policy = new ObservedPolicy(new SnpPolicy(config));
    engine = Engine.builder().waiter(pause -> waited()).faults(this::fails).build();
    vm = engine.createVm(policy);
    memory = vm.createGuestMemory(SIZE, GuestMemory.MMAP).orThrow();
    vm.setMemory(SlotRequest.bind(0, new Gpa(0), memory)).orThrow();
    vm.enableExitHypercalls(vm.exitHypercalls()).orThrow();
    host = memory.map(SIZE).orThrow();
    vmm = engine.coordinator(vm, policy, participants);
    convert(GHCB.value(), 4096, Shareability.SHARED);
  }

  static SnpVm launched(Participant... participants) {
    return launched(CONFIG, participants);
  }

  static SnpVm launched(SnpConfig config, Participant... participants) {
    SnpVm vm = new SnpVm(config, participants);
    vm.vm.finalizeLaunch().orThrow();
    return vm;
  }

  private void waited() {
    waits++;
    if (!duringWaits.isEmpty()) {
      duringWaits.removeFirst().run();
    }
  }

  private boolean fails(FaultSite site, long subject) {
    if (site.equals(RmpFaults.RMPUPDATE_INPUT)) {
      atRmpupdate.run();
    }
    return fails(site);
  }

  private synchronized boolean fails(FaultSite site) {
    asked.merge(site, 1, Integer::sum);
    if (passes.merge(site, -1, Integer::sum) >= 0) {
      return false;
    }
    int left = faults.getOrDefault(site, 0);
    faults.put(site, Math.max(0, left - 1));
    return left > 0;
  }

  synchronized void fail(FaultSite site, int times) {
    faults.put(site, times);
  }

  /** Lets some occasions at a site pass and makes the one after them go wrong. */
  synchronized void failAfter(FaultSite site, int passed) {
    passes.put(site, passed);
    faults.put(site, 1);
  }

  /** Does something each time an RMP entry is about to change, under the MMU lock. */
  void atRmpupdate(Runnable check) {
    atRmpupdate = check;
  }

  synchronized int asked(FaultSite site) {
    return asked.getOrDefault(site, 0);
  }

  int waits() {
    return waits;
  }

  RmpTable rmp() {
    return policy.platform().rmp();
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

  /** Runs a guest until it ends itself, which it must do for a reason. */
  void assertTerminates(GhcbMsr reason, GuestAction... actions) {
    assertEquals(terminated(reason), runToTheEnd(actions));
  }

  static Exit terminated(GhcbMsr request) {
    return new Exit.SystemEvent(SystemEventKind.TERMINATED, List.of(request.value()));
  }

  Reply answer(Vcpu vcpu, Exit exit) {
    return vmm.answer(vcpu.id(), exit).orElseThrow();
  }

  ConversionOutcome convert(long start, long size, Shareability target) {
    return memory.convert(ConversionRequest.of(ByteRange.of(start, size), target));
  }

  Pin pin(long page, ReferenceKind kind) {
    return host.pin(new PageIndex(page), kind, "nic").orThrow();
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

  static GuestAction pvalidate(long at, Validation validation) {
    return new GuestAction.Execute(
        new SnpInstruction.Pvalidate(new Gpa(at), PageSize.KIB_4, validation));
  }

  static GuestAction validate(long at) {
    return pvalidate(at, Validation.VALIDATE);
  }

  /** One page state change with some entries, as bare as it can be. */
  static GuestAction psc(PscEntry... entries) {
    PscBuffer buffer = PscBuffer.request(List.of(entries));
    return new GuestAction.Call(new VmgExit.Event(Ghcb.pageStateChange(GHCB, buffer)));
  }

  static GuestAction msr(long gfn, PscOperation operation) {
    return new GuestAction.Call(new VmgExit.Msr(GhcbMsr.pageStateChange(new Gfn(gfn), operation)));
  }

  static PscEntry toPrivate(long gfn) {
    return PscEntry.of(PscOperation.PRIVATE, PageSize.KIB_4, gfn);
  }

  static PscEntry toShared(long gfn) {
    return PscEntry.of(PscOperation.SHARED, PageSize.KIB_4, gfn);
  }

  static VmgExitResult.Event event(ActionResult result) {
    ActionResult.Returned returned = assertInstanceOf(ActionResult.Returned.class, result);
    return assertInstanceOf(VmgExitResult.Event.class, returned.result());
  }

  static ActionResult responded(GhcbMsr msr) {
    return new ActionResult.Returned(new VmgExitResult.Msr(msr));
  }

  static ActionResult executed(SnpInstructionResult result) {
    return new ActionResult.Executed(result);
  }

  static ActionResult loaded(int value) {
    return new ActionResult.Loaded((byte) value);
  }
}
