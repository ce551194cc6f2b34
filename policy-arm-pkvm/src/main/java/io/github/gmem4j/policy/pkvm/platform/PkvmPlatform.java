package io.github.gmem4j.policy.pkvm.platform;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Execution;
import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.HostAttempt;
import io.github.gmem4j.api.policy.HostReach;
import io.github.gmem4j.api.policy.Interception;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PlatformHost;
import io.github.gmem4j.api.policy.PrivateAccess;
import io.github.gmem4j.api.policy.SlotChange;
import io.github.gmem4j.api.policy.SlotRefusal;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.policy.pkvm.el2.DmaIsolation;
import io.github.gmem4j.policy.pkvm.el2.GuestPage;
import io.github.gmem4j.policy.pkvm.el2.HvcOutcome;
import io.github.gmem4j.policy.pkvm.el2.Hypervisor;
import io.github.gmem4j.policy.pkvm.el2.HypervisorConfig;
import io.github.gmem4j.policy.pkvm.el2.PageState;
import io.github.gmem4j.policy.pkvm.el2.Transition;
import io.github.gmem4j.policy.pkvm.el2.VmHandle;
import io.github.gmem4j.policy.pkvm.el2.VmKind;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import io.github.gmem4j.policy.pkvm.hvc.HvcProfile;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;
import io.github.gmem4j.policy.pkvm.platform.PassedCalls.Passed;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * One protected VM on its own {@link Hypervisor}: carries each change of the guest memory's state
 * down to EL2, and each veto of EL2 up.
 *
 * <p>A page is donated to the guest at the guest's first touch, with the host's bytes in it,
 * whatever the memory calls it: the host loses it. Changing its state afterwards changes its owner
 * in place and no byte of it. It returns to the host when it is punched out or the VM ends: zeroed
 * if it was private, as it is if it was shared.
 *
 * <p>Nothing shares but the guest's MEM_SHARE and nothing takes back but its MEM_UNSHARE ({@code
 * __pkvm_guest_share_host} and {@code __pkvm_guest_unshare_host} in {@code nvhe/mem_protect.c} have
 * no other caller). A conversion by the VMM to private only takes the host's own access away; one
 * to shared of a page that the guest has not shared is objected to.
 *
 * <p>Called under the VM's MMU lock.
 */
public final class PkvmPlatform implements Platform {
  private final PlatformHost host;
  private final OwnerChange ownerChange;
  private final DmaIsolation dmaIsolation;
  private final Hypervisor hypervisor;
  private final VmHandle vm;
  private final PassedCalls calls = new PassedCalls();
  private final SlotRules slots = new SlotRules();

  /** Shared pages that the VMM made private without the guest's asking. */
  private final Set<Gfn> givenUp = new HashSet<>();

  /**
   * Creates the platform of one VM.
   *
   * @param host the VM
   * @param profile which calls EL2 knows
   * @param ownerChange when EL2 changes owners
   * @param dmaIsolation what keeps devices from what the host does not have
   */
  public PkvmPlatform(
      PlatformHost host, HvcProfile profile, OwnerChange ownerChange, DmaIsolation dmaIsolation) {
    this.host = host;
    this.ownerChange = ownerChange;
    this.dmaIsolation = dmaIsolation;
    hypervisor = new Hypervisor(HypervisorConfig.of(profile).withFaults(host.faults()));
    vm = hypervisor.createVm(VmKind.PROTECTED).orThrow();
  }

  /** Returns what the guest has at a frame. */
  public PageState guestState(Gfn gfn) {
    return hypervisor.guestState(vm, gfn);
  }

  /** Returns what a page is to the host. */
  public PageState hostState(Folio folio) {
    return hypervisor.hostState(folio);
  }

  @Override
  public Granting makePrivate(Gfn gfn, Folio folio) {
    return switch (stateOf(folio, gfn)) {
      // Shared, and the host has given its access up: the guest's mapping is the same.
      case OWNED, SHARED_OWNED -> Granting.GRANTED;
      case SHARED_BORROWED, NOPAGE, POISON -> granting(hypervisor.hostDonateGuest(vm, folio, gfn));
    };
  }

  @Override
  public Granting mapShared(Gfn gfn, Folio folio) {
    if (isElsewhere(folio, gfn)) {
      return new Granting.Denied(gfn + " has another page");
    }
    return switch (hypervisor.guestState(vm, gfn)) {
      case SHARED_OWNED -> Granting.GRANTED;
      case OWNED -> Granting.NOT_SHARED;
      case NOPAGE -> calls.isMissing(gfn) ? donateAndShare(gfn, folio) : Granting.NOT_SHARED;
      case SHARED_BORROWED, POISON -> new Granting.Denied(gfn + " takes no page any more");
    };
  }

  /**
   * A MEM_SHARE lacks this page. The guest is given it and shares it at once, so that it is never
   * the guest's while the memory calls it shared; made again, the call finds it done.
   */
  private Granting donateAndShare(Gfn gfn, Folio folio) {
    Transition done =
        hypervisor.hostDonateGuest(vm, folio, gfn).then(() -> hypervisor.guestShareHost(vm, gfn));
    if (done.happened()) {
      calls.owe(gfn);
    }
    return granting(done);
  }

  /** Does nothing: one address serves both states, and EL2 keeps the page mapped in either. */
  @Override
  public void zapPrivate(GfnRange range) {}

  @Override
  public boolean ownsWhatItShares() {
    return true;
  }

  @Override
  public Optional<SlotRefusal> refusalOfSlot(SlotChange change, long flags) {
    return slots.refusal(change, flags);
  }

  @Override
  public Optional<String> objectionToSharing(Folio folio) {
    return frameOf(folio)
        .filter(gfn -> hypervisor.guestState(vm, gfn) == PageState.OWNED)
        .filter(gfn -> !calls.isAskedToBe(gfn, Shareability.SHARED))
        .map(gfn -> gfn + " is the guest's: it has not shared it");
  }

  /**
   * Carries a MEM_SHARE out. A page that the guest owns and has not asked to share is not shared,
   * {@link #objectionToSharing} or not: the host finds another one.
   */
  @Override
  public void makeShared(Folio folio) {
    Optional<Gfn> frame = frameOf(folio);
    if (frame.isEmpty()) {
      return;
    }
    Gfn gfn = frame.get();
    givenUp.remove(gfn);
    if (hypervisor.guestState(vm, gfn) == PageState.OWNED) {
      if (calls.isAskedToBe(gfn, Shareability.SHARED)) {
        succeed(hypervisor.guestShareHost(vm, gfn));
      } else if (!calls.isAskedToBe(gfn, Shareability.PRIVATE)) {
        host.quarantine(folio, gfn + " is the guest's: it has not shared it");
      }
      // Else a MEM_UNSHARE at EL2 came first, and the kernel is about to take note of it.
    }
  }

  /** Carries a MEM_UNSHARE out. Without one the page stays shared and the host just leaves it. */
  @Override
  public void takenFromHost(Folio folio) {
    frameOf(folio)
        .filter(gfn -> hypervisor.guestState(vm, gfn) == PageState.SHARED_OWNED)
        .ifPresent(gfn -> {
          if (calls.isPromised(gfn) || hypervisor.awaitsUnshare(vm, gfn)) {
            takeBack(gfn);
          } else {
            givenUp.add(gfn);
          }
        });
  }

  private void takeBack(Gfn gfn) {
    calls.keepPromise(gfn);
    succeed(hypervisor.guestUnshareHost(vm, gfn));
  }

  /**
   * A CPU of the host has a private page zeroed and its frame poisoned; a device goes past the
   * host's stage 2 unless an IOMMU follows it. A page that the host may touch stays as it is.
   * Source: Linux 7.3.4 {@code arch/arm64/kvm/pkvm.c}, {@code pkvm_force_reclaim_guest_page};
   * {@code Documentation/virt/kvm/arm/pkvm.rst}, "DMA isolation using an IOMMU".
   */
  @Override
  public HostReach reachedByHost(Folio folio, HostAttempt attempt) {
    if (frameOf(folio).isEmpty() || hypervisor.hostState(folio) != PageState.NOPAGE) {
      return HostReach.EXPOSED;
    }
    return switch (attempt.accessor()) {
      case CPU -> {
        succeed(hypervisor.forceReclaim(folio));
        yield HostReach.DESTROYED;
      }
      case DEVICE ->
          switch (dmaIsolation) {
            case NONE -> HostReach.EXPOSED;
            case HYPERVISOR_IOMMU ->
                new HostReach.Blocked("the IOMMU's stage 2 does not map what is the guest's");
          };
    };
  }

  @Override
  public void reclaim(Folio folio) {
    frameOf(folio).ifPresent(givenUp::remove);
    hypervisor.reclaimFreed(folio);
  }

  @Override
  public PrivateAccess access(Gfn gfn) {
    return switch (hypervisor.guestState(vm, gfn)) {
      case OWNED, SHARED_OWNED -> PrivateAccess.REACHED;
      case SHARED_BORROWED, NOPAGE, POISON -> PrivateAccess.NOT_MAPPED;
    };
  }

  @Override
  public Interception intercept(int vcpu, GuestCall call) {
    calls.lacksNothing(vcpu);
    if (!(call instanceof Hvc hvc)) {
      return Interception.PASSED;
    }
    HvcOutcome outcome =
        switch (ownerChange) {
          case IN_CALL -> hypervisor.call(vm, hvc);
          case WHEN_CONVERTED -> hypervisor.vet(vm, vcpu, hvc);
        };
    return switch (outcome) {
      case HvcOutcome.Answered answered -> answered(vcpu, hvc, answered.result());
      case HvcOutcome.Relinquished given -> new Interception.Answered(given.result());
      case HvcOutcome.NeedsPage page -> {
        calls.lacks(vcpu, page.gfn());
        yield new Interception.NeedsPage(page.gfn());
      }
      case HvcOutcome.NeedsSplit split -> {
        hypervisor.hostSplitGuest(vm, split.gfn());
        yield intercept(vcpu, call);
      }
      case HvcOutcome.Vetted vetted ->
          pass(vcpu, hvc, new Passed(vetted.range(), vetted.target(), Optional.empty()));
      case HvcOutcome.Forwarded forwarded -> Interception.PASSED;
    };
  }

  private Interception answered(int vcpu, Hvc hvc, HvcResult result) {
    Optional<Shareability> target = PassedCalls.targetOf(hvc);
    if (target.isEmpty()) {
      return new Interception.Answered(result);
    }
    if (result.succeeded()) {
      // The owner has changed, and the host kernel must take note.
      long granules = profile().hasRanges() ? result.x1() : 1;
      return pass(vcpu, hvc, new Passed(frames(hvc, granules), target.get(), Optional.of(result)));
    }
    long accepted = target.get() == Shareability.SHARED ? acceptedShares(hvc) : 0;
    return accepted == 0
        ? new Interception.Answered(result)
        : pass(vcpu, hvc, new Passed(frames(hvc, accepted), Shareability.SHARED, Optional.empty()));
  }

  /**
   * Counts the pages from the first on that are shared although the guest was told otherwise, or
   * were shared for this very call. To EL2 such a MEM_SHARE is one of a shared page; to the guest
   * it is its newest word.
   */
  private long acceptedShares(Hvc hvc) {
    long first = hvc.x1() >>> Page.SHIFT;
    boolean wellFormed =
        Page.isAligned(hvc.x1()) && hvc.x3() == 0 && (profile().hasRanges() || hvc.x2() == 0);
    long wanted = hvc.x2() == 0 ? 1 : hvc.x2();
    long pages = 0;
    while (wellFormed
        && Long.compareUnsigned(pages, wanted) < 0
        && calls.acceptsShare(new Gfn(first + pages))) {
      pages++;
    }
    return pages;
  }

  private Interception pass(int vcpu, Hvc hvc, Passed request) {
    calls.begin(vcpu, request);
    long granules = request.frames().count().value();
    boolean whole = granules == (hvc.x2() == 0 ? 1 : hvc.x2());
    return whole
        ? Interception.PASSED
        : new Interception.PassedAs(new Hvc(hvc.x0(), hvc.x1(), granules, hvc.x3()));
  }

  private static GfnRange frames(Hvc hvc, long granules) {
    return GfnRange.of(hvc.x1() >>> Page.SHIFT, granules);
  }

  @Override
  public Optional<GuestResult> returned(int vcpu, GuestCall call, GuestResult result) {
    hypervisor.returned(vm, vcpu);
    Optional<Passed> request = calls.end(vcpu);
    boolean takenBack =
        result instanceof HvcResult answer
            && answer.succeeded()
            && request.filter(made -> made.target() == Shareability.PRIVATE).isPresent();
    if (takenBack) {
      hypervisor.frames(vm, request.orElseThrow().frames()).stream()
          .filter(gfn -> hypervisor.guestState(vm, gfn) == PageState.SHARED_OWNED)
          .forEach(this::promise);
    }
    return request.flatMap(Passed::word);
  }

  @Override
  public void abandoned(int vcpu, GuestCall call) {
    hypervisor.returned(vm, vcpu);
    calls.end(vcpu);
  }

  /** A page that the host has left already is the guest's at once. */
  private void promise(Gfn gfn) {
    if (givenUp.remove(gfn)) {
      takeBack(gfn);
    } else {
      calls.promise(gfn);
    }
  }

  @Override
  public Execution execute(PlatformInstruction instruction) {
    return new Execution.Excepted("undefined: a pKVM guest has no instruction " + instruction);
  }

  @Override
  public void enter(int vcpu) {
    slots.hasRun();
    succeed(hypervisor.loadVcpu(vm, vcpu));
  }

  @Override
  public void leave(int vcpu) {
    calls.lacksNothing(vcpu);
    hypervisor.putVcpu(vm, vcpu);
  }

  @Override
  public void teardown() {
    host.kickVcpus();
    succeed(hypervisor.startTeardown(vm));
    hypervisor.frames(vm).forEach(gfn -> succeed(hypervisor.reclaimDying(vm, gfn)));
    succeed(hypervisor.finalizeTeardown(vm));
  }

  private HvcProfile profile() {
    return hypervisor.config().profile();
  }

  /** Returns what the guest has of a page at a frame; NOPAGE if it has another page there. */
  private PageState stateOf(Folio folio, Gfn gfn) {
    return isElsewhere(folio, gfn) ? PageState.NOPAGE : hypervisor.guestState(vm, gfn);
  }

  private boolean isElsewhere(Folio folio, Gfn gfn) {
    return hypervisor.folioAt(vm, gfn).filter(found -> found.pfn() != folio.pfn()).isPresent();
  }

  private Optional<Gfn> frameOf(Folio folio) {
    return hypervisor.owner(folio).map(GuestPage::gfn);
  }

  private static Granting granting(Transition transition) {
    return switch (transition) {
      case Transition.Done done -> Granting.GRANTED;
      // KVM fills the vCPU's cache and makes the call again.
      case Transition.Refused refused when refused.errno() == Errno.ENOMEM -> Granting.BUSY;
      case Transition.Refused refused -> new Granting.Denied(refused.reason());
    };
  }

  /** Every change is made only where its conditions hold; one that fails is a broken host. */
  private void succeed(Transition transition) {
    if (transition instanceof Transition.Refused refused) {
      host.bug(refused.reason());
    }
  }
}
