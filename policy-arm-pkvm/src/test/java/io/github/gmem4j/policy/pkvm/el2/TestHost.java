package io.github.gmem4j.policy.pkvm.el2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import io.github.gmem4j.policy.pkvm.hvc.HvcProfile;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A host with a hypervisor, one protected VM and pages. Every VM has its vCPU 0 loaded. */
final class TestHost {
  static final Gfn FRAME = new Gfn(0x9_0000);
  static final Gfn OTHER_FRAME = new Gfn(0x9_0001);

  final Hypervisor hypervisor;
  final VmHandle vm;
  private final List<VmHandle> vms = new ArrayList<>();
  private long nextPfn = 0x4_0000;

  TestHost(HypervisorConfig config) {
    hypervisor = new Hypervisor(config);
    vm = create(VmKind.PROTECTED);
  }

  static TestHost mainline() {
    return new TestHost(HypervisorConfig.of(HvcProfile.MAINLINE));
  }

  static TestHost android() {
    return new TestHost(HypervisorConfig.of(HvcProfile.ANDROID));
  }

  static Gfn frame(int number) {
    return new Gfn(FRAME.value() + number);
  }

  VmHandle create(VmKind kind) {
    VmHandle created = notRunning(kind);
    assertEquals(Transition.DONE, hypervisor.loadVcpu(created, 0));
    return created;
  }

  /** Creates a VM of which no vCPU is loaded. */
  VmHandle notRunning(VmKind kind) {
    VmHandle created = hypervisor.createVm(kind).orThrow();
    vms.add(created);
    return created;
  }

  /** Puts a VM's vCPU and begins its end. */
  void ends(VmHandle dying) {
    hypervisor.putVcpu(dying, 0);
    assertEquals(Transition.DONE, hypervisor.startTeardown(dying));
  }

  TestFolio page() {
    // Not next to each other, so that no range goes on by accident.
    nextPfn += 2;
    return new TestFolio(nextPfn);
  }

  TestFolio privateAt(Gfn gfn) {
    TestFolio page = page();
    assertEquals(Transition.DONE, hypervisor.hostDonateGuest(vm, page, gfn));
    return page;
  }

  TestFolio sharedAt(Gfn gfn) {
    TestFolio page = privateAt(gfn);
    assertEquals(Transition.DONE, hypervisor.guestShareHost(vm, gfn));
    return page;
  }

  TestFolio poisonedAt(Gfn gfn) {
    TestFolio page = privateAt(gfn);
    assertEquals(Transition.DONE, hypervisor.forceReclaim(page));
    return page;
  }

  HvcOutcome call(Hvc hvc) {
    return hypervisor.call(vm, hvc);
  }

  void assertAnswers(HvcResult expected, Hvc hvc) {
    assertEquals(HvcOutcome.answered(expected), call(hvc));
  }

  PageState guestState(Gfn gfn) {
    return hypervisor.guestState(vm, gfn);
  }

  /** Returns all that the hypervisor knows, as lines. */
  List<String> everything() {
    List<String> lines = new ArrayList<>();
    hypervisor.pages().records().stream()
        .sorted(Comparator.comparingLong(page -> page.folio.pfn()))
        .forEach(page ->
            lines.add("%s, pins %d, lent %d".formatted(page, page.hypPins, page.guestShares)));
    for (VmHandle each : vms) {
      for (Gfn gfn : hypervisor.frames(each)) {
        String leaf = hypervisor.guestState(each, gfn) + " " + hypervisor.folioAt(each, gfn);
        lines.add(each + " at " + gfn + ": " + leaf);
      }
    }
    return lines;
  }

  static void assertRefused(Errno errno, Transition transition) {
    assertEquals(errno, assertInstanceOf(Transition.Refused.class, transition).errno());
  }
}
