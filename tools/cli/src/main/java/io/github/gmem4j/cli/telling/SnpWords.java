package io.github.gmem4j.cli.telling;

import io.github.gmem4j.policy.snp.ghcb.ExitInfo;
import io.github.gmem4j.policy.snp.ghcb.Ghcb;
import io.github.gmem4j.policy.snp.ghcb.PscBuffer;
import io.github.gmem4j.policy.snp.ghcb.PscEntry;
import io.github.gmem4j.policy.snp.ghcb.VmgExit;
import io.github.gmem4j.policy.snp.ghcb.VmgExitResult;
import io.github.gmem4j.policy.snp.rmp.PageTableChange;
import io.github.gmem4j.policy.snp.rmp.SnpInstruction;
import io.github.gmem4j.policy.snp.rmp.SnpInstructionResult;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What an SNP guest does, in words: its structures are too large for a timeline. */
final class SnpWords {
  private static final int ENTRIES_SHOWN = 2;

  private SnpWords() {}

  /** Returns a call. */
  static String of(VmgExit call) {
    return switch (call) {
      case VmgExit.Msr msr -> "VMGEXIT, " + msr.msr();
      case VmgExit.Event event when event.ghcb().exitCode() == Ghcb.PAGE_STATE_CHANGE ->
          "VMGEXIT page state change: " + entries(event.ghcb().buffer());
      case VmgExit.Event event ->
          "VMGEXIT, SW_EXITCODE 0x" + Long.toHexString(event.ghcb().exitCode());
    };
  }

  private static String entries(PscBuffer buffer) {
    List<PscEntry> all = buffer.entries();
    int more = all.size() - ENTRIES_SHOWN;
    return all.stream()
            .limit(ENTRIES_SHOWN)
            .map(entry -> entry.gfn() + " " + entry.operation())
            .collect(Collectors.joining(", "))
        + (more > 0 ? ", and " + more + " more" : "");
  }

  /** Returns what a call left behind. */
  static String of(VmgExitResult result) {
    return switch (result) {
      case VmgExitResult.Msr msr -> "returns " + msr.msr();
      case VmgExitResult.Event event when event.info().equals(ExitInfo.NONE) ->
          "returns done, cur_entry %d, end_entry %d"
              .formatted(
                  event.buffer().header().currentEntry(), event.buffer().header().endEntry());
      case VmgExitResult.Event event -> "returns " + event.info();
    };
  }

  /** Returns an instruction. */
  static String of(SnpInstruction instruction) {
    return switch (instruction) {
      case SnpInstruction.Pvalidate pvalidate ->
          "PVALIDATE %s: %s"
              .formatted(pvalidate.validation().name().toLowerCase(Locale.ROOT), pvalidate.gpa());
      case SnpInstruction.Rmpadjust adjust -> "RMPADJUST: " + adjust.gpa();
    };
  }

  /** Returns that a guest writes its page table. */
  static String of(PageTableChange change) {
    String range = GuestWords.range(change.range().bytes());
    return switch (change.mapping()) {
      case PRIVATE -> "maps with the encryption bit: " + range;
      case SHARED -> "maps without the encryption bit: " + range;
    };
  }

  /** Returns what an instruction left behind. */
  static String of(SnpInstructionResult result) {
    return "EAX: " + result.status() + (result.carry() ? ", CF=1" : "");
  }
}
