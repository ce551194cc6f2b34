package io.github.gmem4j.policy.tdx.kvm;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.SystemEventKind;
import io.github.gmem4j.policy.tdx.ConversionRule;
import io.github.gmem4j.policy.tdx.tdcall.GuestAddressWidth;
import io.github.gmem4j.policy.tdx.tdcall.GuestAddresses;
import io.github.gmem4j.policy.tdx.tdcall.VmCall;
import io.github.gmem4j.policy.tdx.tdcall.VmCallResult;
import io.github.gmem4j.policy.tdx.tdcall.VmCallStatus;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What KVM does with TDG.VP.VMCALL: it checks a MapGPA, cuts it into exits of at most 2 MiB and
 * turns each answer into registers. Immutable; pure functions.
 *
 * <p>Calls that KVM checks and hands to its VMM as {@code KVM_EXIT_TDX} (GetQuote, the second half
 * of GetTdVmCallInfo, SetupEventNotifyInterrupt) are checked the same way and answered at once with
 * what KVM puts there for a VMM that does nothing about them.
 *
 * <p>KVM does not ask whether memory lies behind the range, nor in which state it is: that is the
 * VMM's to know. Source: Linux 7.3 {@code arch/x86/kvm/vmx/tdx.c}.
 */
public final class TdxKvmSeat implements KvmSeat {
  /** Those below are exceptions. */
  private static final long FIRST_USABLE_VECTOR = 32;

  private static final long LAST_VECTOR = 255;

  /** What TDH.VP.ENTER returns for a TDCALL. */
  private static final long EXIT_REASON_TDCALL = 77;

  // Places of registers in a system event.
  private static final int RAX = 0;
  private static final int R11 = 11;
  private static final int R12 = 12;
  private static final int R13 = 13;

  private final GuestAddresses addresses;
  private final GuestAddressWidth width;
  private final ConversionRule conversion;

  /**
   * Creates the seat.
   *
   * @param addresses which addresses the guest may name
   * @param conversion who converts after a MapGPA, and how a failure shows
   */
  public TdxKvmSeat(GuestAddresses addresses, ConversionRule conversion) {
    this.addresses = addresses;
    this.width = addresses.width();
    this.conversion = conversion;
  }

  @Override
  public Step onCall(VcpuView vcpu, GuestCall call) {
    return switch (call) {
      case VmCall.MapGpa mapGpa -> onMapGpa(vcpu, mapGpa);
      case VmCall.GetQuote quote -> onGetQuote(quote);
      case VmCall.GetTdVmCallInfo info -> onGetTdVmCallInfo(info);
      case VmCall.ReportFatalError error -> onReportFatalError(error);
      case VmCall.SetupEventNotifyInterrupt setup -> onSetupEventNotifyInterrupt(setup);
      case VmCall.KvmHypercall hypercall -> HypercallSteps.onCall(vcpu, hypercall);
      case VmCall.Other other -> answer(VmCallStatus.SUBFUNC_UNSUPPORTED, other.leaf());
      default -> answer(VmCallStatus.SUBFUNC_UNSUPPORTED, 0);
    };
  }

  @Override
  public Step onReentry(VcpuView vcpu, Pending pending, Reply reply) {
    return switch (pending) {
      case MapGpaCursor cursor -> afterExit(vcpu, cursor, reply);
      case HypercallSteps.InFlight call -> HypercallSteps.onReentry(conversion, call, reply);
      default -> new Step.Fail(Errno.EINVAL, "no call is under way but " + pending, pending);
    };
  }

  private Step afterExit(VcpuView vcpu, MapGpaCursor cursor, Reply reply) {
    if (reply instanceof Reply.Resume && conversion == ConversionRule.IN_RUN_OR_FAULT) {
      // The exit was a memory fault, which has no return value: the kernel tries again.
      return convert(cursor);
    }
    if (!(reply instanceof Reply.Answer answer)) {
      return new Step.Fail(Errno.EINVAL, "a MapGPA is not completed by " + reply, cursor);
    }
    if (answer.equals(Reply.Answer.DONE)) {
      return switch (conversion) {
        case BY_VMM -> afterChunk(vcpu, cursor);
        case IN_RUN_OR_FAULT, IN_RUN_OR_SUCCESS -> convert(cursor);
      };
    }
    if (answer.equals(Reply.Answer.RETRY)) {
      return answer(VmCallStatus.RETRY, cursor.next());
    }
    if (answer.equals(Reply.Answer.REFUSE)) {
      return answer(VmCallStatus.INVALID_OPERAND, cursor.next());
    }
    return lost("hypercall.ret of a MapGPA must be 0, EAGAIN or EINVAL, not " + answer.ret());
  }

  /**
   * {@code KVM_RUN} fails, once. KVM takes note that the exit is completed before it looks at the
   * answer, and leaves the guest's registers alone when it does not like what it finds: R10 is the
   * 0 with which the guest called. The next run lets the guest read SUCCESS for the whole request.
   * Source: Linux 7.3.4 {@code arch/x86/kvm/x86.c}, {@code kvm_arch_vcpu_ioctl_run}; {@code tdx.c},
   * {@code tdx_complete_vmcall_map_gpa}.
   */
  private static Step lost(String reason) {
    VmCallResult untouched = new VmCallResult(VmCallStatus.SUCCESS, VmCall.MapGpa.LEAF);
    return new Step.Fail(Errno.EINVAL, reason, new Pending.Forgotten(untouched));
  }

  @Override
  public Step onConverted(VcpuView vcpu, Pending pending, ConversionOutcome outcome) {
    if (pending instanceof HypercallSteps.InFlight call) {
      return HypercallSteps.onConverted(conversion, call, outcome);
    }
    MapGpaCursor cursor = (MapGpaCursor) pending;
    return outcome.succeeded() || conversion == ConversionRule.IN_RUN_OR_SUCCESS
        ? afterChunk(vcpu, cursor)
        : afterFailure(vcpu, cursor, outcome);
  }

  private Step afterFailure(VcpuView vcpu, MapGpaCursor cursor, ConversionOutcome outcome) {
    return switch (outcome) {
      case ConversionOutcome.Blocked blocked -> fault(cursor, blocked.errorOffset());
      case ConversionOutcome.OutOfMemory exhausted -> fault(cursor, exhausted.errorOffset());
      // Frames without guest memory are shared by nature.
      case ConversionOutcome.Rejected rejected
          when rejected.reject() == Errno.EFAULT
              && width.direction(cursor.next()) == Shareability.SHARED ->
          afterChunk(vcpu, cursor);
      case ConversionOutcome.Rejected rejected ->
          answer(VmCallStatus.INVALID_OPERAND, cursor.next());
      case ConversionOutcome.Converted converted -> afterChunk(vcpu, cursor);
      case ConversionOutcome.AlreadyThere already -> afterChunk(vcpu, cursor);
    };
  }

  private Step fault(MapGpaCursor cursor, ByteOffset errorOffset) {
    return new Step.Leave(
        new Exit.MemoryFault(
            range(cursor).start(),
            cursor.chunk(),
            width.direction(cursor.next()),
            Errno.EFAULT,
            Optional.of(errorOffset)),
        cursor);
  }

  private Step convert(MapGpaCursor cursor) {
    return new Step.Convert(range(cursor), width.direction(cursor.next()), cursor);
  }

  private GpaRange range(MapGpaCursor cursor) {
    return new GpaRange(width.strip(cursor.next()), cursor.chunk());
  }

  private Step onMapGpa(VcpuView vcpu, VmCall.MapGpa call) {
    if (!vcpu.mapGpaExits()) {
      return answer(VmCallStatus.SUBFUNC_UNSUPPORTED, call.start());
    }
    if (!isLegal(call)) {
      return answer(VmCallStatus.INVALID_OPERAND, call.start());
    }
    if (!Page.isAligned(call.start() | call.length())) {
      return answer(VmCallStatus.ALIGN_ERROR, call.start());
    }
    return leave(MapGpaCursor.of(call));
  }

  private boolean isLegal(VmCall.MapGpa call) {
    long end = call.start() + call.length();
    if (Long.compareUnsigned(end, call.start()) <= 0) {
      return false;
    }
    long last = end - 1;
    return addresses.isLegal(call.start())
        && addresses.isLegal(last)
        && width.direction(call.start()) == width.direction(last);
  }

  private Step afterChunk(VcpuView vcpu, MapGpaCursor cursor) {
    if (cursor.isLast()) {
      // KVM does not write R11 then: the guest finds the call's number that it put there.
      return answer(VmCallStatus.SUCCESS, VmCall.MapGpa.LEAF);
    }
    MapGpaCursor next = cursor.advanced();
    // Only between chunks, so that a long request does not keep interrupts from the guest.
    return vcpu.eventPending() ? answer(VmCallStatus.RETRY, next.next()) : leave(next);
  }

  private Step leave(MapGpaCursor cursor) {
    long attributes =
        width.direction(cursor.next()) == Shareability.PRIVATE ? Exit.MapGpaRange.PRIVATE : 0;
    return new Step.Leave(
        new Exit.MapGpaRange(
            width.strip(cursor.next()),
            cursor.chunk().wholePages(),
            attributes,
            Exit.MapGpaRange.LONG_MODE),
        cursor);
  }

  private Step onGetQuote(VmCall.GetQuote quote) {
    boolean shared = width.direction(quote.buffer()) == Shareability.SHARED;
    return answer(
        shared ? VmCallStatus.SUBFUNC_UNSUPPORTED : VmCallStatus.INVALID_OPERAND, quote.leaf());
  }

  private static Step onGetTdVmCallInfo(VmCall.GetTdVmCallInfo info) {
    boolean known = Long.compareUnsigned(info.about(), VmCall.GetTdVmCallInfo.OPTIONAL_CALLS) <= 0;
    return known
        ? answer(VmCallStatus.SUCCESS, VmCall.GetTdVmCallInfo.NONE)
        : answer(VmCallStatus.INVALID_OPERAND, info.leaf());
  }

  /**
   * Leaves with the guest's 16 registers; those that the call does not hold are 0. Nothing is to be
   * completed: a guest that is run again finds R10 as it was. Source: Linux 7.3.4 {@code tdx.c},
   * {@code tdx_report_fatal_error}.
   */
  private static Step onReportFatalError(VmCall.ReportFatalError error) {
    Long[] registers = new Long[Exit.SystemEvent.MAX_DATA];
    Arrays.fill(registers, 0L);
    registers[RAX] = EXIT_REASON_TDCALL;
    registers[R11] = error.leaf();
    registers[R12] = error.code();
    registers[R13] = error.message();
    return new Step.Leave(
        new Exit.SystemEvent(SystemEventKind.FATAL_ERROR, List.of(registers)),
        new Pending.Forgotten(new VmCallResult(VmCallStatus.SUCCESS, error.leaf())));
  }

  private static Step onSetupEventNotifyInterrupt(VmCall.SetupEventNotifyInterrupt setup) {
    boolean usable = setup.vector() >= FIRST_USABLE_VECTOR && setup.vector() <= LAST_VECTOR;
    return answer(
        usable ? VmCallStatus.SUBFUNC_UNSUPPORTED : VmCallStatus.INVALID_OPERAND, setup.leaf());
  }

  private static Step answer(VmCallStatus status, long r11) {
    return new Step.Return(new VmCallResult(status, r11));
  }
}
