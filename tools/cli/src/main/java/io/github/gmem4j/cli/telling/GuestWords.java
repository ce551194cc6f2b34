package io.github.gmem4j.cli.telling;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.PlainHypercall;
import io.github.gmem4j.api.guest.PlainResult;
import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.cli.scenario.Words;
import io.github.gmem4j.policy.snp.ghcb.VmgExit;
import io.github.gmem4j.policy.snp.ghcb.VmgExitResult;
import io.github.gmem4j.policy.snp.rmp.PageTableChange;
import io.github.gmem4j.policy.snp.rmp.SnpInstruction;
import io.github.gmem4j.policy.snp.rmp.SnpInstructionResult;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import io.github.gmem4j.policy.tdx.tdcall.TdCall;
import io.github.gmem4j.policy.tdx.tdcall.TdCallResult;
import io.github.gmem4j.policy.tdx.tdcall.VmCall;
import io.github.gmem4j.policy.tdx.tdcall.VmCallResult;
import io.github.gmem4j.policy.tdx.tdcall.VmCallStatus;

/** What a guest does, in words. */
final class GuestWords {
  private GuestWords() {}

  /** Returns the beginning of an action. */
  static String of(GuestAction action) {
    return switch (action) {
      case GuestAction.Touch touch -> "touches " + at(touch.at(), touch.as());
      case GuestAction.Read read -> "reads " + at(read.at(), read.as());
      case GuestAction.Write write ->
          "writes %s to %s".formatted(Words.of(write.value()), at(write.at(), write.as()));
      case GuestAction.Call call -> of(call.call());
      case GuestAction.Execute execute -> of(execute.instruction());
      case GuestAction.Request request -> "wants " + wish(request.range(), request.target());
    };
  }

  /** Returns the end of an action. */
  static String of(GuestAction action, ActionResult result) {
    return switch (result) {
      case ActionResult.Touched touched -> "touched";
      case ActionResult.Loaded loaded -> "got " + Words.of(loaded.value());
      case ActionResult.Stored stored -> "written";
      case ActionResult.Returned returned -> of(returned.result());
      case ActionResult.Executed executed when executed.result() instanceof TdCallResult answer ->
          answer.status().succeeded() ? "accepted" : "RAX: " + answer.status();
      case ActionResult.Executed executed
          when executed.result() instanceof SnpInstructionResult answer ->
          SnpWords.of(answer);
      case ActionResult.Executed executed -> executed.result().toString();
      case ActionResult.Fulfilled fulfilled when action instanceof GuestAction.Request request ->
          "done, uses it as " + Words.of(request.target());
      case ActionResult.Fulfilled fulfilled -> "done";
      case ActionResult.GaveUp gaveUp -> "gives up: " + gaveUp.reason();
      case ActionResult.Excepted excepted -> "takes an exception: " + excepted.reason();
    };
  }

  /** Returns a call. */
  static String of(GuestCall call) {
    return switch (call) {
      case VmCall.MapGpa map ->
          "TDVMCALL MapGPA: R12 0x%x, R13 0x%x".formatted(map.start(), map.length());
      case PlainHypercall plain ->
          "hypercall %d: gpa 0x%x, %s, attributes 0x%x"
              .formatted(
                  plain.number(), plain.gpa(), new PageCount(plain.pages()), plain.attributes());
      case VmgExit exit -> SnpWords.of(exit);
      default -> call.toString();
    };
  }

  /** Returns what a call left in the registers; R11 means nothing after a success. */
  static String of(GuestResult result) {
    return switch (result) {
      case VmCallResult answer when answer.status().equals(VmCallStatus.SUCCESS) ->
          "returns R10 " + word(answer);
      case VmCallResult answer -> "returns R10 %s, R11 0x%x".formatted(word(answer), answer.r11());
      case PlainResult plain -> "returns " + plain.value();
      case VmgExitResult answer -> SnpWords.of(answer);
      default -> result.toString();
    };
  }

  private static String word(VmCallResult answer) {
    return Words.of(new ActionResult.Returned(answer));
  }

  /** Returns an instruction. */
  static String of(PlatformInstruction instruction) {
    return switch (instruction) {
      case TdCall.AcceptPage accept -> "TDCALL PAGE.ACCEPT: " + page(accept);
      case TdCall.ReleasePage release -> "TDCALL PAGE.RELEASE: " + page(release);
      case SnpInstruction snp -> SnpWords.of(snp);
      case PageTableChange change -> SnpWords.of(change);
      default -> instruction.toString();
    };
  }

  private static String page(TdCall call) {
    String size =
        switch (call.size()) {
          case PageSize.KIB_4 -> "4 KiB";
          case PageSize.MIB_2 -> "2 MiB";
          case PageSize.GIB_1 -> "1 GiB";
        };
    return call.gpa() + ", " + size;
  }

  private static String at(Gpa at, Shareability as) {
    return "%s as %s".formatted(at, Words.of(as));
  }

  /** Returns what is to become private or shared. */
  static String wish(GpaRange range, Shareability target) {
    return range.isPageAligned() && !range.isEmptyOrWraps()
        ? "%s %s: %s".formatted(range.size().wholePages(), Words.of(target), range.start())
        : "%s: %s".formatted(Words.of(target), range);
  }

  /** Returns guest physical bytes; whole pages as such. */
  static String range(GpaRange range) {
    return range.isPageAligned() && !range.isEmptyOrWraps()
        ? range.start() + ", " + range.size().wholePages()
        : range.toString();
  }

  /** Returns what the guest asks the VMM for. */
  static String of(Exit.MapGpaRange map) {
    return "%s, %s, %s".formatted(map.gpa(), map.pages(), Words.of(map.target()));
  }
}
