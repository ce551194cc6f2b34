package io.github.gmem4j.policy.pkvm.el2;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.policy.pkvm.hvc.FunctionId;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import io.github.gmem4j.policy.pkvm.hvc.HvcProfile;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;
import io.github.gmem4j.policy.pkvm.hvc.SmcccCode;
import java.util.Optional;
import java.util.function.LongPredicate;

/**
 * Decodes a guest's call and answers it. The answer is INVALID_PARAMETER unless everything goes
 * well.
 *
 * <p>Source: Linux 7.3 {@code hyp/nvhe/pkvm.c}; the Android common kernel for ranges and
 * relinquishing.
 */
final class HvcHandler {
  private static final HvcOutcome INVALID = HvcOutcome.answered(HvcResult.INVALID_PARAMETER);

  /** HYP_MEMINFO, x1: MEM_SHARE and MEM_UNSHARE take ranges. */
  private static final long HAS_RANGE = 1;

  private final HypervisorConfig config;
  private final GuestToHost guests;

  HvcHandler(HypervisorConfig config, GuestToHost guests) {
    this.config = config;
    this.guests = guests;
  }

  /** Carries a call out, all of it at EL2. */
  HvcOutcome call(Vm vm, Hvc hvc) {
    return handle(vm, hvc, (target, range) -> flip(vm, target, range));
  }

  /** Checks a call; a change of pages is left to somebody else. */
  HvcOutcome vet(Vm vm, int vcpu, Hvc hvc) {
    vm.calls.end(vcpu);
    return handle(vm, hvc, (target, range) -> pass(vm, vcpu, target, range));
  }

  /** What to do with a request whose arguments are good. */
  private interface Request {
    HvcOutcome on(Shareability target, GfnRange range);
  }

  private HvcOutcome handle(Vm vm, Hvc hvc, Request request) {
    Optional<FunctionId> function = hvc.function().filter(id -> isOurs(vm, id));
    if (function.isEmpty()) {
      return HvcOutcome.FORWARDED;
    }
    return switch (function.get()) {
      case FEATURES -> HvcOutcome.answered(HvcResult.ofValue(config.profile().features()));
      case HYP_MEMINFO -> memInfo(hvc);
      case MEM_SHARE ->
          range(hvc).map(range -> request.on(Shareability.SHARED, range)).orElse(INVALID);
      case MEM_UNSHARE ->
          range(hvc).map(range -> request.on(Shareability.PRIVATE, range)).orElse(INVALID);
      case MEM_RELINQUISH -> relinquish(vm, hvc);
      case SMCCC_VERSION,
          PSCI_VERSION,
          UID,
          MMIO_GUARD_INFO,
          MMIO_GUARD_ENROLL,
          MMIO_GUARD,
          MMIO_GUARD_UNMAP,
          MMIO_RGUARD_MAP,
          MMIO_RGUARD_UNMAP ->
          throw new IllegalStateException("no profile answers " + function.get());
    };
  }

  private boolean isOurs(Vm vm, FunctionId function) {
    return config.profile().answers(function)
        && (vm.isProtected() || function == FunctionId.MEM_RELINQUISH);
  }

  private HvcOutcome memInfo(Hvc hvc) {
    if ((hvc.x1() | hvc.x2() | hvc.x3()) != 0) {
      return INVALID;
    }
    long flags = config.profile().hasRanges() ? HAS_RANGE : 0;
    return HvcOutcome.answered(new HvcResult(Page.BYTES, flags, 0, 0));
  }

  /** Returns the frames a call names; empty if an argument is illegal. */
  private Optional<GfnRange> range(Hvc hvc) {
    boolean ranges = config.profile().hasRanges();
    if (hvc.x3() != 0 || (!ranges && hvc.x2() != 0) || !isFrame(hvc.x1())) {
      return Optional.empty();
    }
    long first = hvc.x1() >>> Page.SHIFT;
    long count = hvc.x2() == 0 ? 1 : hvc.x2();
    return count > 0 && count <= config.frames() - first
        ? Optional.of(GfnRange.of(first, count))
        : Optional.empty();
  }

  private boolean isFrame(long address) {
    return Page.isAligned(address) && (address >>> Page.SHIFT) < config.frames();
  }

  private HvcOutcome flip(Vm vm, Shareability target, GfnRange range) {
    Transition first = change(vm, target, range.first());
    if (!first.happened()) {
      return refused(target, range.first(), first);
    }
    long end = endOfRun(vm, range, gfn -> change(vm, target, new Gfn(gfn)).happened());
    return HvcOutcome.answered(success(end - range.first().value()));
  }

  private Transition change(Vm vm, Shareability target, Gfn gfn) {
    return switch (target) {
      case SHARED -> guests.share(vm.handle, gfn);
      case PRIVATE -> guests.unshare(vm.handle, gfn);
    };
  }

  private HvcOutcome pass(Vm vm, int vcpu, Shareability target, GfnRange range) {
    Transition first = check(vm, target, range.first().value());
    if (!first.happened()) {
      return refused(target, range.first(), first);
    }
    long end = endOfRun(vm, range, gfn -> check(vm, target, gfn).happened());
    GfnRange passed = GfnRange.of(range.first().value(), end - range.first().value());
    switch (target) {
      case SHARED -> vm.calls.cancel(passed);
      case PRIVATE -> vm.calls.begin(vcpu, passed);
    }
    return new HvcOutcome.Vetted(passed, target);
  }

  /** Checks a page; one that another vCPU is just taking back may be asked for either way. */
  private Transition check(Vm vm, Shareability target, long gfn) {
    Transition checked =
        switch (target) {
          case SHARED -> guests.checkShare(vm.handle, new Gfn(gfn));
          case PRIVATE -> guests.checkUnshare(vm.handle, new Gfn(gfn));
        };
    boolean inWrongState =
        checked instanceof Transition.Refused refused && refused.errno() == Errno.EPERM;
    return inWrongState && vm.calls.unshares(gfn) ? Transition.DONE : checked;
  }

  /**
   * Goes on from the first page of a range, while pages follow on each other physically and each
   * may be taken.
   *
   * @return the frame behind the last
   */
  private static long endOfRun(Vm vm, GfnRange range, LongPredicate takes) {
    long gfn = range.first().value() + 1;
    while (gfn < range.endExclusive() && follows(vm, gfn) && takes.test(gfn)) {
      gfn++;
    }
    return gfn;
  }

  private static boolean follows(Vm vm, long gfn) {
    Leaf.Mapped before = vm.mapped(gfn - 1);
    Leaf.Mapped here = vm.mapped(gfn);
    return before != null && here != null && here.folio().pfn() == before.folio().pfn() + 1;
  }

  private HvcOutcome refused(Shareability target, Gfn gfn, Transition transition) {
    return switch (transition) {
      case Transition.Done done -> throw new IllegalStateException("no refusal: " + done);
      case Transition.Refused refused
          when refused.errno() == Errno.ENOENT && target == Shareability.SHARED ->
          new HvcOutcome.NeedsPage(gfn);
      case Transition.Refused refused when refused.errno() == Errno.E2BIG && splits() ->
          new HvcOutcome.NeedsSplit(gfn);
      case Transition.Refused refused -> INVALID;
    };
  }

  private boolean splits() {
    return config.profile() == HvcProfile.ANDROID;
  }

  private HvcOutcome relinquish(Vm vm, Hvc hvc) {
    if ((hvc.x2() | hvc.x3()) != 0 || !isFrame(hvc.x1())) {
      return INVALID;
    }
    Gfn gfn = new Gfn(hvc.x1() >>> Page.SHIFT);
    Optional<Folio> folio = vm.folio(gfn);
    return switch (guests.relinquish(vm.handle, gfn)) {
      case Transition.Done done when folio.isPresent() ->
          new HvcOutcome.Relinquished(folio.get(), HvcResult.SUCCESS);
      case Transition.Done done -> HvcOutcome.answered(HvcResult.SUCCESS);
      case Transition.Refused refused when refused.errno() == Errno.E2BIG ->
          new HvcOutcome.NeedsSplit(gfn);
      case Transition.Refused refused -> INVALID;
    };
  }

  private HvcResult success(long granules) {
    return config.profile().hasRanges()
        ? HvcResult.successOf(granules)
        : HvcResult.of(SmcccCode.SUCCESS);
  }
}
