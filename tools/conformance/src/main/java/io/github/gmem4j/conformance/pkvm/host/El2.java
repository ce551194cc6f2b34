package io.github.gmem4j.conformance.pkvm.host;

import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.policy.pkvm.el2.HvcOutcome;
import io.github.gmem4j.policy.pkvm.el2.PageState;
import io.github.gmem4j.policy.pkvm.el2.Transition;
import io.github.gmem4j.policy.pkvm.el2.VmHandle;
import io.github.gmem4j.policy.pkvm.el2.VmKind;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import java.util.List;
import java.util.Optional;

/**
 * The hypervisor under test, as the host kernel and a guest see it. The methods are those of {@link
 * io.github.gmem4j.policy.pkvm.el2.Hypervisor} of the same names.
 */
public interface El2 {
  /** Creates a VM without pages. */
  VmHandle createVm(VmKind kind);

  /** A vCPU is about to run. */
  Transition loadVcpu(VmHandle vm, int vcpu);

  /** A vCPU no longer runs. */
  void putVcpu(VmHandle vm, int vcpu);

  /** The VM shall end. */
  Transition startTeardown(VmHandle vm);

  /** The host gets a page of a dying VM back. */
  Transition reclaimDying(VmHandle vm, Gfn gfn);

  /** The VM is gone. */
  Transition finalizeTeardown(VmHandle vm);

  /** The host gives a page to a protected VM. */
  Transition hostDonateGuest(VmHandle vm, Folio folio, Gfn gfn);

  /** The host lends a page to an ordinary VM. */
  Transition hostShareGuest(VmHandle vm, Folio folio, Gfn gfn);

  /** The host takes a lent page back. */
  Transition hostUnshareGuest(VmHandle vm, Gfn gfn);

  /** The host kernel has touched a page that it has no access to. */
  Transition forceReclaim(Folio folio);

  /** A guest calls. */
  HvcOutcome call(VmHandle vm, Hvc hvc);

  /** Returns what a page is to the host. */
  PageState hostState(Folio folio);

  /** Returns what a VM has at a frame. */
  PageState guestState(VmHandle vm, Gfn gfn);

  /** Returns the page that a VM reaches at a frame. */
  Optional<Folio> folioAt(VmHandle vm, Gfn gfn);

  /** Returns the frames where a VM has a page or poison, ascending. */
  List<Gfn> frames(VmHandle vm);
}
