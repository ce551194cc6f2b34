package io.github.gmem4j.policy.tdx.sept;

import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.policy.Execution;
import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.HostAttempt;
import io.github.gmem4j.api.policy.HostReach;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PlatformHost;
import io.github.gmem4j.api.policy.PrivateAccess;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.policy.tdx.tdcall.GuestAddresses;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import io.github.gmem4j.policy.tdx.tdcall.TdCall;
import io.github.gmem4j.policy.tdx.tdcall.TdCallResult;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus.Operand;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What KVM does with the TDX module's S-EPT. Private pages come at 4 KiB, one for each fault, and
 * wait for the guest's accept; they go with their content.
 *
 * <p>Contents: an accept fills the page with zeroes, a removal leaves what nobody can read (or
 * zeroes, see {@link PageReset}), everything else leaves the bytes alone. A page that became
 * private and was never touched by the guest still has the host's bytes when it becomes shared
 * again.
 *
 * <p>Called under the VM's MMU lock. Source: Linux 7.3 {@code arch/x86/kvm/vmx/tdx.c}, TDX module
 * 1.5.01.
 */
public final class SeptPlatform implements Platform {
  private final PlatformHost host;
  private final PendingAccess pendingAccess;
  private final PageReset reset;
  private final DeviceAssignment devices;
  private final TdxFirmware firmware;
  private final LeafRemoval removal;
  private final LeafSplit splitting;

  /**
   * Creates the platform of one VM.
   *
   * @param host the VM
   * @param addresses which addresses the guest may name
   * @param pendingAccess what a touch of a page that is not accepted yet does
   * @param reset what happens to a page after its removal
   * @param devices whether devices may reach private memory
   */
  public SeptPlatform(
      PlatformHost host,
      GuestAddresses addresses,
      PendingAccess pendingAccess,
      PageReset reset,
      DeviceAssignment devices) {
    this.host = host;
    this.pendingAccess = pendingAccess;
    this.reset = reset;
    this.devices = devices;
    firmware = new TdxFirmware(host.faults(), devices, addresses);
    HostCalls calls = new HostCalls(host);
    LeafTracking tracking = new LeafTracking(firmware, host, calls);
    removal = new LeafRemoval(firmware, calls, tracking, reset);
    splitting = new LeafSplit(firmware, host, calls, tracking);
  }

  TdxFirmware firmware() {
    return firmware;
  }

  /**
   * Tells whether a page was removed from the S-EPT but could not be flushed. The VM is dead then,
   * and the page belongs to nobody: neither private nor shared, never to be used again.
   */
  public boolean isQuarantined(Folio folio) {
    return firmware.state().isQuarantined(folio);
  }

  @Override
  public Granting makePrivate(Gfn gfn, Folio folio) {
    if (firmware.state().leafOver(gfn).isPresent()) {
      return Granting.GRANTED;
    }
    SeptPosition position = SeptPosition.covering(gfn, PageSize.KIB_4);
    return addPage(
        "TDH.MEM.PAGE.AUG",
        position,
        folio,
        () -> firmware.pages().aug(position, FolioRun.of(folio)));
  }

  @Override
  public Granting populate(Gfn gfn, Folio folio, Optional<byte[]> source) {
    if (firmware.state().isFinalized()) {
      return new Granting.Denied("the TD is finalized: nothing can be added to its image");
    }
    if (firmware.state().leafOver(gfn).isPresent()) {
      return new Granting.Denied(gfn + " is part of the image already");
    }
    SeptPosition position = SeptPosition.covering(gfn, PageSize.KIB_4);
    return addPage(
        "TDH.MEM.PAGE.ADD", position, folio, () -> firmware.pages().add(position, folio, source));
  }

  @Override
  public boolean allowsPrefault() {
    return firmware.state().isFinalized();
  }

  /**
   * A TD is built first and runs then. Source: Linux 7.3.4 {@code tdx.c}, {@code
   * tdx_vcpu_needs_initialization}.
   */
  @Override
  public Optional<String> objectionToRunning() {
    return firmware.state().isFinalized()
        ? Optional.empty()
        : Optional.of("the TD is not finalized: no vCPU can run yet");
  }

  @Override
  public void finalizeLaunch() {
    firmware.state().markFinalized();
  }

  @Override
  public Optional<String> objectionToSharing(Folio folio) {
    return firmware
        .state()
        .ownerOf(folio)
        .filter(leaf -> firmware.ranges().isPinned(firmware.state().at(leaf)))
        .map(leaf -> "a device may use " + leaf + ": the guest has not released it");
  }

  @Override
  public void zapPrivate(GfnRange range) {
    for (SeptPosition leaf : firmware.state().leavesIn(range)) {
      if (!zap(leaf, range)) {
        return;
      }
    }
  }

  /** Removes a leaf, or the part of it inside a range; its other pages keep content and accept. */
  private boolean zap(SeptPosition leaf, GfnRange range) {
    boolean whole =
        range.contains(leaf.first()) && leaf.frames().endExclusive() <= range.endExclusive();
    if (whole) {
      return removal.remove(leaf);
    }
    LeafSplit.Outcome outcome = splitting.split(leaf);
    if (outcome != LeafSplit.Outcome.SPLIT) {
      host.bug("cannot split " + leaf + ": " + outcome);
      return false;
    }
    for (SeptPosition child : leaf.children()) {
      if (child.frames().overlaps(range) && !zap(child, range)) {
        return false;
      }
    }
    return true;
  }

  /** Does nothing: all that the page needs was done when its leaf was removed. */
  @Override
  public void makeShared(Folio folio) {
    quarantineIfUnflushed(folio);
  }

  @Override
  public void reclaim(Folio folio) {
    quarantineIfUnflushed(folio);
    // A page that was zapped is free already; one of a VM in teardown is not.
    if (firmware.physical().reclaim(folio).succeeded() && reset == PageReset.ZERO) {
      folio.zero();
    }
  }

  @Override
  public void teardown() {
    firmware.state().markTornDown();
  }

  /**
   * Without the TD's key a load sees no byte of it. A store, by whomever, makes the line an
   * ordinary one: the TD's next use of the page is a machine check. Source: Linux {@code
   * Documentation/arch/x86/tdx.rst}; Intel TDX module base specification, memory integrity.
   */
  @Override
  public HostReach reachedByHost(Folio folio, HostAttempt attempt) {
    if (firmware.state().ownerOf(folio).isEmpty()) {
      return HostReach.EXPOSED;
    }
    if (attempt.direction() == HostAttempt.Direction.STORE) {
      firmware.state().spoil(folio);
    }
    return HostReach.UNREADABLE;
  }

  private void quarantineIfUnflushed(Folio folio) {
    if (isQuarantined(folio)) {
      host.quarantine(folio, "removed from the S-EPT but not flushed");
    }
  }

  @Override
  public PrivateAccess access(Gfn gfn) {
    return switch (firmware.guest().touch(gfn)) {
      case MAPPED ->
          firmware.state().isSpoiled(gfn)
              ? new PrivateAccess.Fatal("machine check: the host stored to " + gfn)
              : PrivateAccess.REACHED;
      case PENDING -> touchPending(gfn);
      case FREE, NL_MAPPED, NL_BLOCKED, BLOCKED, PENDING_BLOCKED -> PrivateAccess.NOT_MAPPED;
    };
  }

  private PrivateAccess touchPending(Gfn gfn) {
    return switch (pendingAccess) {
      case TD_EXIT -> new PrivateAccess.Fatal("guest access before accepting " + gfn);
      case VIRTUALIZATION_EXCEPTION ->
          new PrivateAccess.Excepted("#VE: " + gfn + " is not accepted");
    };
  }

  @Override
  public Execution execute(PlatformInstruction instruction) {
    return switch (instruction) {
      case TdCall.AcceptPage accept -> accept(accept);
      case TdCall.ReleasePage release -> release(release);
      default -> new Execution.Excepted("#UD: no instruction of a TDX guest: " + instruction);
    };
  }

  private Execution accept(TdCall.AcceptPage call) {
    // Each round zeroes a page, splits a leaf or is the last, so this ends.
    while (true) {
      switch (firmware.guest().accept(call)) {
        case AcceptOutcome.Finished finished -> {
          return finished(finished.status());
        }
        case AcceptOutcome.Left left -> {
          boolean tooLarge =
              left.violation().state() == EntryState.PENDING
                  && left.violation().requested() != left.violation().failing();
          if (!tooLarge) {
            return new Execution.NeedsPage(call.gpa().gfn());
          }
          SeptPosition leaf = SeptPosition.covering(call.gpa().gfn(), left.violation().failing());
          if (splitting.split(leaf) != LeafSplit.Outcome.SPLIT) {
            return new Execution.Fatal("cannot split " + leaf + " for an accept");
          }
        }
        case AcceptOutcome.Interrupted interrupted -> {}
      }
    }
  }

  private Execution release(TdCall.ReleasePage call) {
    return finished(
        switch (devices) {
          case TDX_CONNECT -> firmware.guest().release(call);
          // The leaf number in RAX is unknown to a module that was not configured for it.
          case NONE -> TdxStatus.OPERAND_INVALID.about(Operand.RAX);
        });
  }

  @Override
  public void enter(int vcpu) {
    firmware.epochs().enter(vcpu);
  }

  @Override
  public void leave(int vcpu) {
    firmware.epochs().leave(vcpu);
  }

  private Granting addPage(
      String name, SeptPosition position, Folio folio, Supplier<TdxStatus> call) {
    if (firmware.state().isQuarantined(folio)) {
      return new Granting.Denied("page 0x" + Long.toHexString(folio.pfn()) + " is quarantined");
    }
    for (PageSize level : new PageSize[] {PageSize.GIB_1, PageSize.MIB_2}) {
      SeptPosition table = SeptPosition.covering(position.first(), level);
      if (firmware.state().at(table).state() == EntryState.FREE) {
        TdxStatus status = firmware.tables().add(table);
        if (!status.succeeded()) {
          return failed("TDH.MEM.SEPT.ADD", status);
        }
      }
    }
    TdxStatus status = call.get();
    return status.succeeded() ? Granting.GRANTED : failed(name, status);
  }

  private Granting failed(String name, TdxStatus status) {
    if (status.is(TdxStatus.OPERAND_BUSY)) {
      return Granting.BUSY;
    }
    host.bug(name + " failed: " + status);
    return new Granting.Denied(name + " answered " + status);
  }

  private static Execution finished(TdxStatus status) {
    return new Execution.Finished(new TdCallResult(status));
  }
}
