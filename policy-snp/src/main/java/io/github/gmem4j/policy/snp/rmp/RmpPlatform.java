package io.github.gmem4j.policy.snp.rmp;

import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.memory.Shareability;
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
import java.util.Optional;

/**
 * What KVM does with the RMP for one VM. A page becomes the guest's at its first private touch, at
 * 4 KiB and not validated, and the hypervisor's again when its state becomes shared or it leaves
 * its memory; the state alone moves nothing.
 *
 * <p>A page that cannot be taken back is quarantined: to give it away while it is assigned would
 * crash the host at the next store.
 *
 * <p>Each VM has a table of its own: that a page is another VM's is known to the memory, which
 * offers it to nobody else. Called under the VM's MMU lock. Source: Linux 7.3 {@code
 * arch/x86/kvm/svm/sev.c}; AMD64 Architecture Programmer's Manual volume 2, 15.36.
 */
public final class RmpPlatform implements Platform {
  /** The guest's number in the table. */
  public static final int ASID = 1;

  private final PlatformHost host;
  private final RmpTable rmp;
  private final PageOwnership ownership;
  private final GuestInstructions guest;
  private final NestedMappings nested = new NestedMappings();
  private final GuestPageTable pageTable = new GuestPageTable();
  private boolean launched;

  /**
   * Creates the platform of one VM.
   *
   * @param host the VM
   * @param coverage which physical pages have an RMP entry
   */
  public RmpPlatform(PlatformHost host, RmpCoverage coverage) {
    this.host = host;
    rmp = new RmpTable(coverage);
    HostInstructions instructions = new HostInstructions(rmp, host.faults());
    SnpFirmware firmware = new SnpFirmware(rmp, host.faults());
    ownership = new PageOwnership(rmp, instructions, firmware, ASID);
    guest = new GuestInstructions(rmp, host.faults(), ASID);
  }

  /** Returns the table, to look at. Under the VM's MMU lock, or while nobody runs. */
  public RmpTable rmp() {
    return rmp;
  }

  @Override
  public Granting makePrivate(Gfn gfn, Folio folio) {
    return mapped(gfn, folio, ownership.give(gfn, folio));
  }

  @Override
  public Granting populate(Gfn gfn, Folio folio, Optional<byte[]> source) {
    if (launched) {
      return new Granting.Denied("the launch is finished: nothing can be added to the image");
    }
    if (rmp.covers(folio.pfn()) && !rmp.at(folio.pfn()).assigned()) {
      source.ifPresent(folio::fill);
    }
    return mapped(gfn, folio, ownership.launch(gfn, folio));
  }

  private Granting mapped(Gfn gfn, Folio folio, Granting granting) {
    if (granting.equals(Granting.GRANTED)) {
      nested.map(gfn.value(), folio.pfn());
    }
    return granting;
  }

  @Override
  public boolean allowsPrefault() {
    return launched;
  }

  @Override
  public void finalizeLaunch() {
    launched = true;
  }

  @Override
  public void zapPrivate(GfnRange range) {
    nested.zap(range);
  }

  @Override
  public void makeShared(Folio folio) {
    ownership.takeBack(folio).ifPresent(reason -> host.quarantine(folio, reason));
  }

  @Override
  public void reclaim(Folio folio) {
    makeShared(folio);
  }

  /**
   * The RMP is checked on every store, and by the IOMMU on every DMA; a CPU's load is not checked
   * and sees ciphertext. Source: AMD64 Architecture Programmer's Manual volume 2, 15.36.10; Linux
   * 7.3 {@code drivers/iommu/amd/iommu.c}, {@code amd_iommu_report_rmp_fault}.
   */
  @Override
  public HostReach reachedByHost(Folio folio, HostAttempt attempt) {
    if (!rmp.at(folio.pfn()).assigned()) {
      return HostReach.EXPOSED;
    }
    return switch (attempt.accessor()) {
      case DEVICE -> new HostReach.Blocked("RMP_PAGE_FAULT: the IOMMU aborts the device's access");
      case CPU ->
          switch (attempt.direction()) {
            case LOAD -> HostReach.UNREADABLE;
            case STORE -> new HostReach.Blocked("#PF with the RMP bit: the host's store fails");
          };
    };
  }

  @Override
  public PrivateAccess access(Gfn gfn) {
    Optional<Long> pfn = nested.at(gfn.value());
    if (pfn.isEmpty() || host.faults().injects(RmpFaults.ACCESS_IN_USE, pfn.get())) {
      return PrivateAccess.NOT_MAPPED;
    }
    if (rmp.region(pfn.get()).isPresent() && !smash(gfn, pfn.get())) {
      return new PrivateAccess.Fatal("PSMASH failed: " + gfn + " is mapped with 4 KiB");
    }
    RmpEntry entry = rmp.at(pfn.get());
    if (!entry.isOf(ASID, gfn.value()) || entry.immutable()) {
      return PrivateAccess.NOT_MAPPED;
    }
    return entry.validated()
        ? PrivateAccess.REACHED
        : new PrivateAccess.Excepted("#VC 0x404: " + gfn + " is not validated");
  }

  @Override
  public Execution execute(PlatformInstruction instruction) {
    return switch (instruction) {
      case SnpInstruction known -> execute(known);
      case PageTableChange change -> {
        pageTable.apply(change);
        yield new Execution.Finished(PageTableChange.WRITTEN);
      }
      default -> new Execution.Excepted("#UD: no instruction of an SNP guest: " + instruction);
    };
  }

  private Execution execute(SnpInstruction instruction) {
    Gfn gfn = instruction.gpa().gfn();
    if (instruction instanceof SnpInstruction.Pvalidate pvalidate
        && pvalidate.mapping().orElseGet(() -> pageTable.at(gfn)) == Shareability.SHARED) {
      return new Execution.Excepted(
          "#PF with the reserved bit: " + gfn + " is mapped without the encryption bit");
    }
    if (!instruction.size().isAligned(gfn.value())) {
      return finished(SnpInstructionResult.failed(RmpStatus.FAIL_INPUT));
    }
    Optional<Long> pfn = nested.at(gfn.value());
    if (pfn.isEmpty()) {
      return new Execution.NeedsPage(gfn);
    }
    return switch (guest.execute(instruction, pfn.get())) {
      case GuestCheck.Finished finished -> finished(finished.result());
      // KVM maps the page again, and finds out why it cannot.
      case GuestCheck.NotOwned stranger -> new Execution.NeedsPage(gfn);
      case GuestCheck.TooLarge tooLarge ->
          smash(gfn, pfn.get())
              ? new Execution.NeedsPage(gfn)
              : new Execution.Fatal("PSMASH failed: " + gfn + " cannot be validated alone");
    };
  }

  /**
   * KVM's answer to a size mismatch ({@code sev_handle_rmp_fault}): break the entry up, drop the
   * mappings of the 512 frames from this one on, and map it again at the guest's next try.
   */
  private boolean smash(Gfn gfn, long pfn) {
    boolean small = ownership.smash(pfn);
    nested.zapFrom(gfn.value());
    nested.map(gfn.value(), pfn);
    return small;
  }

  private static Execution finished(SnpInstructionResult result) {
    return new Execution.Finished(result);
  }
}
