package io.github.gmem4j.conformance.pkvm.playing;

import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.conformance.pkvm.host.El2;
import io.github.gmem4j.policy.pkvm.el2.HvcOutcome;
import io.github.gmem4j.policy.pkvm.el2.PageState;
import io.github.gmem4j.policy.pkvm.el2.Transition;
import io.github.gmem4j.policy.pkvm.el2.VmHandle;
import io.github.gmem4j.policy.pkvm.el2.VmKind;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import java.util.List;
import java.util.Optional;

/** A hypervisor that does what another does, for tests that plant one error in it. */
class DelegatingEl2 implements El2 {
  final El2 right;

  DelegatingEl2(El2 right) {
    this.right = right;
  }

  @Override
  public VmHandle createVm(VmKind kind) {
    return right.createVm(kind);
  }

  @Override
  public Transition loadVcpu(VmHandle vm, int vcpu) {
    return right.loadVcpu(vm, vcpu);
  }

  @Override
  public void putVcpu(VmHandle vm, int vcpu) {
    right.putVcpu(vm, vcpu);
  }

  @Override
  public Transition startTeardown(VmHandle vm) {
    return right.startTeardown(vm);
  }

  @Override
  public Transition reclaimDying(VmHandle vm, Gfn gfn) {
    return right.reclaimDying(vm, gfn);
  }

  @Override
  public Transition finalizeTeardown(VmHandle vm) {
    return right.finalizeTeardown(vm);
  }

  @Override
  public Transition hostDonateGuest(VmHandle vm, Folio folio, Gfn gfn) {
    return right.hostDonateGuest(vm, folio, gfn);
  }

  @Override
  public Transition hostShareGuest(VmHandle vm, Folio folio, Gfn gfn) {
    return right.hostShareGuest(vm, folio, gfn);
  }

  @Override
  public Transition hostUnshareGuest(VmHandle vm, Gfn gfn) {
    return right.hostUnshareGuest(vm, gfn);
  }

  @Override
  public Transition forceReclaim(Folio folio) {
    return right.forceReclaim(folio);
  }

  @Override
  public HvcOutcome call(VmHandle vm, Hvc hvc) {
    return right.call(vm, hvc);
  }

  @Override
  public PageState hostState(Folio folio) {
    return right.hostState(folio);
  }

  @Override
  public PageState guestState(VmHandle vm, Gfn gfn) {
    return right.guestState(vm, gfn);
  }

  @Override
  public Optional<Folio> folioAt(VmHandle vm, Gfn gfn) {
    return right.folioAt(vm, gfn);
  }

  @Override
  public List<Gfn> frames(VmHandle vm) {
    return right.frames(vm);
  }
}
