package io.github.gmem4j.conformance.pkvm.host;

import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.policy.pkvm.el2.HvcOutcome;
import io.github.gmem4j.policy.pkvm.el2.Hypervisor;
import io.github.gmem4j.policy.pkvm.el2.PageState;
import io.github.gmem4j.policy.pkvm.el2.Transition;
import io.github.gmem4j.policy.pkvm.el2.VmHandle;
import io.github.gmem4j.policy.pkvm.el2.VmKind;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import java.util.List;
import java.util.Optional;

/** The pKVM policy's hypervisor, put to the test. */
public record ModelledEl2(Hypervisor hypervisor) implements El2 {
  @Override
  public VmHandle createVm(VmKind kind) {
    return hypervisor.createVm(kind).orThrow();
  }

  @Override
  public Transition loadVcpu(VmHandle vm, int vcpu) {
    return hypervisor.loadVcpu(vm, vcpu);
  }

  @Override
  public void putVcpu(VmHandle vm, int vcpu) {
    hypervisor.putVcpu(vm, vcpu);
  }

  @Override
  public Transition startTeardown(VmHandle vm) {
    return hypervisor.startTeardown(vm);
  }

  @Override
  public Transition reclaimDying(VmHandle vm, Gfn gfn) {
    return hypervisor.reclaimDying(vm, gfn);
  }

  @Override
  public Transition finalizeTeardown(VmHandle vm) {
    return hypervisor.finalizeTeardown(vm);
  }

  @Override
  public Transition hostDonateGuest(VmHandle vm, Folio folio, Gfn gfn) {
    return hypervisor.hostDonateGuest(vm, folio, gfn);
  }

  @Override
  public Transition hostShareGuest(VmHandle vm, Folio folio, Gfn gfn) {
    return hypervisor.hostShareGuest(vm, folio, gfn);
  }

  @Override
  public Transition hostUnshareGuest(VmHandle vm, Gfn gfn) {
    return hypervisor.hostUnshareGuest(vm, gfn);
  }

  @Override
  public Transition forceReclaim(Folio folio) {
    return hypervisor.forceReclaim(folio);
  }

  @Override
  public HvcOutcome call(VmHandle vm, Hvc hvc) {
    return hypervisor.call(vm, hvc);
  }

  @Override
  public PageState hostState(Folio folio) {
    return hypervisor.hostState(folio);
  }

  @Override
  public PageState guestState(VmHandle vm, Gfn gfn) {
    return hypervisor.guestState(vm, gfn);
  }

  @Override
  public Optional<Folio> folioAt(VmHandle vm, Gfn gfn) {
    return hypervisor.folioAt(vm, gfn);
  }

  @Override
  public List<Gfn> frames(VmHandle vm) {
    return hypervisor.frames(vm);
  }
}
