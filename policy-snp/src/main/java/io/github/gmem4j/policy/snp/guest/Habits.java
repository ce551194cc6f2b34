package io.github.gmem4j.policy.snp.guest;

import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.policy.snp.ghcb.ExitInfo;
import io.github.gmem4j.policy.snp.ghcb.Ghcb;
import io.github.gmem4j.policy.snp.ghcb.GhcbMsr;
import io.github.gmem4j.policy.snp.ghcb.PageSize;
import io.github.gmem4j.policy.snp.ghcb.PscBuffer;
import io.github.gmem4j.policy.snp.ghcb.PscEntry;
import io.github.gmem4j.policy.snp.ghcb.PscHeader;
import io.github.gmem4j.policy.snp.ghcb.VmgExit;
import io.github.gmem4j.policy.snp.ghcb.VmgExitResult;
import io.github.gmem4j.policy.snp.rmp.SnpInstructionResult;

/** In what the guests differ: how much they ask for at once and what they look at afterwards. */
public enum Habits {
  /**
   * Linux 7.3 with its GHCB: distrusts the answer, and ends itself at the first error. Sources:
   * {@code vmgexit_psc}, {@code __set_pages_state} and {@code pval_pages} of {@code
   * arch/x86/coco/sev/core.c}, {@code verify_exception_info} of {@code vc-shared.c}.
   */
  LINUX(64, PageSize.MIB_2) {
    @Override
    Verdict readEvent(PscHeader start, VmgExitResult.Event reply) {
      PscHeader header = reply.buffer().header();
      boolean failed = reply.info().action() != 0 || reply.info().info2() != 0;
      boolean tampered =
          header.reserved() != 0
              || header.endEntry() > start.endEntry()
              || header.currentEntry() < start.currentEntry();
      return failed || tampered
          ? new Verdict.Terminate(GhcbMsr.LINUX_PSC_FAILED)
          : finishedOrAgain(reply);
    }
  },

  /**
   * Linux 7.3 without a GHCB, early in its boot or late in a kexec: one page for each call. Source:
   * {@code __page_state_change} and {@code pvalidate_4k_page} of {@code
   * arch/x86/boot/startup/sev-shared.c}.
   */
  LINUX_WITHOUT_GHCB(1, PageSize.KIB_4) {
    @Override
    VmgExit call(Gpa ghcb, PscBuffer buffer) {
      PscEntry entry = buffer.entry(0);
      return new VmgExit.Msr(GhcbMsr.pageStateChange(entry.gfn(), entry.operation()));
    }

    @Override
    Verdict read(PscHeader start, GuestResult reply) {
      return reply instanceof VmgExitResult.Msr response && response.msr().saysDone()
          ? Verdict.FINISHED
          : new Verdict.Terminate(GhcbMsr.LINUX_PSC_FAILED);
    }
  },

  /**
   * OVMF: ends itself when the exit's status or EXITINFO2 is not 0, and asks again as long as
   * entries are left. When it changes the encryption bit it asks for pages of 4 KiB only. Sources:
   * EDK2 as merged, {@code OvmfPkg/Library/BaseMemEncryptSevLib/X64/}: {@code
   * PageStateChangeVmgExit} and {@code SnpPageStateFailureTerminate} of {@code
   * SnpPageStateChangeInternal.c}, {@code SetMemoryEncDec} of {@code PeiDxeVirtualMemory.c}.
   */
  OVMF(PscBuffer.MAX_ENTRIES, PageSize.KIB_4) {
    @Override
    Verdict readEvent(PscHeader start, VmgExitResult.Event reply) {
      return !reply.info().equals(ExitInfo.NONE)
          ? new Verdict.Terminate(GhcbMsr.GENERAL_FAILURE)
          : finishedOrAgain(reply);
    }

    @Override
    Verdict.Failure afterFailedPvalidate(SnpInstructionResult result) {
      return new Verdict.Terminate(GhcbMsr.GENERAL_FAILURE);
    }
  },

  /**
   * The COCONUT SVSM in 2026: asks once, looks at EXITINFO1 only, and so does not notice that a
   * page state change failed. A range is asked for as at its boot; what it shares later it shares
   * page by page. Sources: {@code vmgexit} and {@code page_state_change} of {@code
   * kernel/src/sev/ghcb.rs}, {@code make_page_shared} of {@code kernel/src/mm/page_visibility.rs}.
   */
  COCONUT(PscBuffer.MAX_ENTRIES, PageSize.MIB_2) {
    @Override
    Verdict readEvent(PscHeader start, VmgExitResult.Event reply) {
      return reply.info().info1() != 0
          ? new Verdict.Report("page state change failed: " + reply.info())
          : Verdict.FINISHED;
    }

    @Override
    Verdict.Failure afterFailedPvalidate(SnpInstructionResult result) {
      return new Verdict.Report("PVALIDATE failed: " + result);
    }
  };

  private final int entriesPerRequest;
  private final PageSize largestEntry;

  Habits(int entriesPerRequest, PageSize largestEntry) {
    this.entriesPerRequest = entriesPerRequest;
    this.largestEntry = largestEntry;
  }

  int entriesPerRequest() {
    return entriesPerRequest;
  }

  PageSize largestEntry() {
    return largestEntry;
  }

  /** Returns the call that asks for a buffer's entries. */
  VmgExit call(Gpa ghcb, PscBuffer buffer) {
    return new VmgExit.Event(Ghcb.pageStateChange(ghcb, buffer));
  }

  /**
   * Reads an answer.
   *
   * @param start the header at the first call; a guest that begins at entry 0 cannot see the
   *     hypervisor go back further
   */
  Verdict read(PscHeader start, GuestResult reply) {
    return reply instanceof VmgExitResult.Event event
        ? readEvent(start, event)
        : new Verdict.Report("not an answer to an event: " + reply);
  }

  Verdict readEvent(PscHeader start, VmgExitResult.Event reply) {
    return new Verdict.Report("an event was never sent: " + reply);
  }

  /** Returns what comes of a PVALIDATE that failed or changed nothing: Linux ends itself. */
  Verdict.Failure afterFailedPvalidate(SnpInstructionResult result) {
    return new Verdict.Terminate(GhcbMsr.LINUX_PVALIDATE_FAILED);
  }

  private static Verdict finishedOrAgain(VmgExitResult.Event reply) {
    return reply.buffer().header().isDone() ? Verdict.FINISHED : new Verdict.Again(reply.buffer());
  }
}
