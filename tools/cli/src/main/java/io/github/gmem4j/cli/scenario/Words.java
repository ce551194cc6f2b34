package io.github.gmem4j.cli.scenario;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.memory.Accessor;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.HostAttempt;
import io.github.gmem4j.api.policy.HostReach;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.policy.snp.rmp.RmpStatus;
import io.github.gmem4j.policy.snp.rmp.SnpInstructionResult;
import io.github.gmem4j.policy.tdx.tdcall.TdCallResult;
import io.github.gmem4j.policy.tdx.tdcall.VmCallResult;
import io.github.gmem4j.policy.tdx.tdcall.VmCallStatus;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** The words in which a scenario says what it expects, and in which results are told. */
public final class Words {
  /** It worked. */
  public static final String OK = "ok";

  /** The action was not finished. */
  public static final String UNFINISHED = "unfinished";

  /** What a guest's access can yield, beside the byte it read. */
  public static final List<String> GUEST_ACCESS = List.of(OK, "exception", "unfinished");

  /** What a guest's request can yield. */
  public static final List<String> REQUEST = List.of(OK, "gave-up", "unfinished");

  /** What an instruction of the platform can yield. */
  public static final List<String> INSTRUCTION =
      List.of(OK, "unchanged", "error", "exception", UNFINISHED);

  /** What a host's access can yield, beside the byte it read. */
  public static final List<String> HOST_ACCESS = List.of(OK, "sigbus", "sigsegv");

  /** What a host's pin can yield. */
  public static final List<String> PIN = List.of(OK, "EFAULT");

  /** A guest takes a page for its own. */
  public static final String ACCEPT = "accept";

  /** There is no such thing. */
  public static final String NONE = "none";

  /** What stands before a page stopped the access. */
  public static final String BLOCKED = "blocked";

  /** What a read through a reference can yield, beside the byte. */
  public static final List<String> PINNED = List.of(NONE, BLOCKED);

  /** What a call of the VMM can yield. */
  public static final List<String> CALL =
      Stream.concat(Stream.of(OK), Arrays.stream(Errno.values()).map(Errno::name)).toList();

  /** Only a part of what was asked for was done. */
  public static final String PARTLY = "partly";

  /** What a call of the VMM can yield that may do a part of what it is asked for. */
  public static final List<String> PARTIAL_CALL =
      Stream.concat(Stream.of(PARTLY), CALL.stream()).toList();

  /** What a conversion can yield. */
  public static final List<String> CONVERSION =
      Stream.concat(
              Stream.of("converted", "already-there"),
              Arrays.stream(Errno.values()).map(Errno::name))
          .toList();

  /** What the reset of a reboot can yield; none if nothing is reset. */
  public static final List<String> REBOOT =
      Stream.concat(Stream.of(NONE), CONVERSION.stream()).toList();

  /** Why {@code run()} can return. */
  public static final List<String> EXITS =
      List.of(
          "map-gpa-range",
          "unshare",
          "memory-fault",
          "mmio",
          "system-event",
          "halt",
          "interrupted",
          "failed");

  private static final Map<VmCallStatus, String> STATUSES =
      Map.of(
          VmCallStatus.SUCCESS, "success",
          VmCallStatus.RETRY, "retry",
          VmCallStatus.INVALID_OPERAND, "invalid-operand",
          VmCallStatus.ALIGN_ERROR, "align-error",
          VmCallStatus.SUBFUNC_UNSUPPORTED, "subfunc-unsupported");

  private Words() {}

  /** Returns what a MapGPA can yield. */
  public static List<String> mapGpa() {
    return Stream.concat(STATUSES.values().stream().sorted(), Stream.of("unfinished")).toList();
  }

  /** Returns a byte's word. */
  public static String of(byte value) {
    return "0x%02x".formatted(value);
  }

  /** Returns several words as one; what comes again and again is counted. */
  public static String of(List<String> words) {
    return Folded.of(words);
  }

  /** Returns a state's word. */
  public static String of(Shareability state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  /** Returns the word of what a guest's action yielded. */
  public static String of(ActionResult result) {
    return switch (result) {
      case ActionResult.Touched touched -> OK;
      case ActionResult.Loaded loaded -> of(loaded.value());
      case ActionResult.Stored stored -> OK;
      case ActionResult.Returned returned when returned.result() instanceof VmCallResult answer ->
          STATUSES.getOrDefault(answer.status(), answer.status().toString());
      case ActionResult.Returned returned -> returned.result().toString();
      case ActionResult.Executed executed when executed.result() instanceof TdCallResult answer ->
          answer.status().succeeded() ? OK : "error";
      case ActionResult.Executed executed
          when executed.result() instanceof SnpInstructionResult answer ->
          answer.status() == RmpStatus.SUCCESS ? (answer.carry() ? "unchanged" : OK) : "error";
      case ActionResult.Executed executed -> executed.result().toString();
      case ActionResult.Fulfilled fulfilled -> OK;
      case ActionResult.GaveUp gaveUp -> "gave-up";
      case ActionResult.Excepted excepted -> "exception";
    };
  }

  /** Returns the word of what a host's access yielded. */
  public static String of(HostAccess access) {
    return switch (access) {
      case HostAccess.Done done -> OK;
      case HostAccess.Fault fault -> fault.signal().name().toLowerCase(Locale.ROOT);
    };
  }

  /** Returns the word for a kind of reference. */
  public static String of(ReferenceKind kind) {
    return switch (kind) {
      case SHORT_TERM -> "short-term";
      case LONG_TERM -> "long-term";
      case TRANSIENT -> "transient";
    };
  }

  /** Returns the word of what a call of the VMM yielded. */
  public static String of(KernelResult<?> result) {
    return switch (result) {
      case KernelResult.Ok<?> ok -> OK;
      case KernelResult.Failed<?> failed -> failed.errno().name();
    };
  }

  /** Returns what is left in a register beside the word of a result; none if nothing is. */
  public static String detailOf(ActionResult result) {
    return result instanceof ActionResult.Returned returned
            && returned.result() instanceof VmCallResult answer
        ? "0x" + Long.toHexString(answer.r11())
        : NONE;
  }

  /** Returns the words for who reads and writes through a reference. */
  public static String of(Accessor accessor) {
    return switch (accessor) {
      case CPU -> "a CPU of the host";
      case DEVICE -> "a device";
    };
  }

  /** Returns the word for the way that a byte goes. */
  public static String of(HostAttempt.Direction direction) {
    return switch (direction) {
      case LOAD -> "load";
      case STORE -> "store";
    };
  }

  /** Returns the word for what the host reaches of a private page. */
  public static String of(HostReach reach) {
    return switch (reach) {
      case HostReach.Exposed exposed -> "exposed";
      case HostReach.Destroyed destroyed -> "destroyed";
      case HostReach.Unreadable unreadable -> "unreadable";
      case HostReach.Blocked blocked -> BLOCKED;
    };
  }

  /** Returns the word of what a conversion yielded. */
  public static String of(ConversionOutcome outcome) {
    return switch (outcome) {
      case ConversionOutcome.Converted converted -> "converted";
      case ConversionOutcome.AlreadyThere there -> "already-there";
      case ConversionOutcome.Blocked blocked -> Errno.EAGAIN.name();
      case ConversionOutcome.OutOfMemory exhausted -> Errno.ENOMEM.name();
      case ConversionOutcome.Rejected rejected -> rejected.reject().name();
    };
  }

  /** Returns the word for what a guest does. */
  public static String of(GuestAction action) {
    return switch (action) {
      case GuestAction.Touch touch -> "touch";
      case GuestAction.Read read -> "read";
      case GuestAction.Write write -> "write";
      case GuestAction.Call call -> "call";
      case GuestAction.Execute execute -> "instruction";
      case GuestAction.Request request ->
          request.target() == Shareability.PRIVATE ? "unshare" : "share";
    };
  }

  /** Returns an exit's word. */
  public static String of(Exit exit) {
    return switch (exit) {
      case Exit.MapGpaRange map -> "map-gpa-range";
      case Exit.Unshare unshare -> "unshare";
      case Exit.MemoryFault fault -> "memory-fault";
      case Exit.Mmio mmio -> "mmio";
      case Exit.SystemEvent event -> "system-event";
      case Exit.Halt halt -> "halt";
      case Exit.Interrupted interrupted -> "interrupted";
      case Exit.Failed failed -> "failed";
    };
  }
}
