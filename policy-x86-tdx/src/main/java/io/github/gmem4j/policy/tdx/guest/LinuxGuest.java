package io.github.gmem4j.policy.tdx.guest;

import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.InstructionResult;
import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.GuestMove;
import io.github.gmem4j.api.policy.GuestProgress;
import io.github.gmem4j.api.policy.Substitute;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.policy.tdx.sept.DeviceAssignment;
import io.github.gmem4j.policy.tdx.tdcall.GuestAddressWidth;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import io.github.gmem4j.policy.tdx.tdcall.TdCall;
import io.github.gmem4j.policy.tdx.tdcall.TdCallResult;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import io.github.gmem4j.policy.tdx.tdcall.VmCall;
import io.github.gmem4j.policy.tdx.tdcall.VmCallResult;
import io.github.gmem4j.policy.tdx.tdcall.VmCallStatus;
import java.util.Optional;

/**
 * How Linux converts: to private it maps the whole range and then accepts all of it; to shared it
 * maps only. It accepts each page at 1 GiB, 2 MiB, 4 KiB in this order; whatever is not zero in RAX
 * means that this size failed. After a failure it undoes nothing, and its caller leaks the pages.
 *
 * <p>The page tables change between these moves: to shared before the first, to private after the
 * last. Source: Linux 7.3 {@code arch/x86/coco/tdx/tdx.c}, {@code tdx-shared.c}.
 *
 * <p>With TDX Connect it releases what it shares before it asks. This part is in no released Linux:
 * it does what the mails about TDX Connect of July 2025 expect of a guest.
 */
public final class LinuxGuest implements GuestKernel {
  private final GuestAddressWidth width;
  private final DeviceAssignment devices;

  /** Creates the guest. */
  public LinuxGuest(GuestAddressWidth width, DeviceAssignment devices) {
    this.width = width;
    this.devices = devices;
  }

  private record Releasing(PageWalk walk, GpaRange range) implements GuestProgress {}

  private record Mapping(GpaRange range, Shareability target, CheckedRetries retries)
      implements GuestProgress {}

  private record Accepting(PageWalk walk) implements GuestProgress {}

  @Override
  public GuestMove begin(GpaRange range, Shareability target) {
    return devices == DeviceAssignment.TDX_CONNECT && target == Shareability.SHARED
        ? PageWalk.over(range, PageSize.MIB_2)
            .map(walk -> release(walk, range))
            .orElseGet(() -> map(range, target))
        : map(range, target);
  }

  @Override
  public GuestMove afterCall(GuestProgress progress, GuestResult result) {
    if (!(progress instanceof Mapping mapping) || !(result instanceof VmCallResult answer)) {
      return new GuestMove.GiveUp("unexpected " + result + " after " + progress);
    }
    if (answer.status().equals(VmCallStatus.SUCCESS)) {
      return mapped(mapping);
    }
    if (!answer.status().equals(VmCallStatus.RETRY)) {
      return new GuestMove.GiveUp("CPA VMM failure: " + answer);
    }
    return mapping
        .retries()
        .afterRetry(answer.r11())
        .map(retries -> call(new Mapping(mapping.range(), mapping.target(), retries)))
        .orElseGet(() -> new GuestMove.GiveUp("CPA VMM failure: no more retries, " + answer));
  }

  @Override
  public GuestMove afterInstruction(GuestProgress progress, InstructionResult result) {
    if (!(result instanceof TdCallResult answer)) {
      return new GuestMove.GiveUp("unexpected " + result + " after " + progress);
    }
    return switch (progress) {
      case Accepting accepting -> afterAccept(accepting.walk(), answer.status());
      case Releasing releasing -> afterRelease(releasing, answer.status());
      default -> new GuestMove.GiveUp("unexpected " + result + " after " + progress);
    };
  }

  @Override
  public Optional<PlatformInstruction> acceptance(Gpa page) {
    return Optional.of(new TdCall.AcceptPage(page, PageSize.KIB_4));
  }

  @Override
  public Optional<Substitute> substitute(PlatformInstruction instruction) {
    return WithoutModule.substitute(instruction);
  }

  private GuestMove map(GpaRange range, Shareability target) {
    VmCall.MapGpa call = VmCall.MapGpa.of(range, target, width);
    return call(new Mapping(range, target, CheckedRetries.begin(call.start(), call.length())));
  }

  private static GuestMove call(Mapping mapping) {
    CheckedRetries retries = mapping.retries();
    return new GuestMove.Call(new VmCall.MapGpa(retries.next(), retries.length()), mapping);
  }

  private static GuestMove mapped(Mapping mapping) {
    return switch (mapping.target()) {
      case SHARED -> GuestMove.DONE;
      case PRIVATE -> acceptOrDone(PageWalk.over(mapping.range(), PageSize.GIB_1));
    };
  }

  private static GuestMove acceptOrDone(Optional<PageWalk> next) {
    return next.<GuestMove>map(walk ->
            new GuestMove.Execute(
                new TdCall.AcceptPage(walk.at(), walk.size()), new Accepting(walk)))
        .orElse(GuestMove.DONE);
  }

  private static GuestMove afterAccept(PageWalk walk, TdxStatus status) {
    if (status.succeeded()) {
      return acceptOrDone(walk.advanced(PageSize.GIB_1));
    }
    Optional<PageWalk> smaller = walk.smaller();
    return smaller.isPresent()
        ? acceptOrDone(smaller)
        : new GuestMove.GiveUp("failed to accept " + walk.at() + ": " + status);
  }

  private static GuestMove release(PageWalk walk, GpaRange range) {
    return new GuestMove.Execute(
        new TdCall.ReleasePage(walk.at(), walk.size()), new Releasing(walk, range));
  }

  private GuestMove afterRelease(Releasing releasing, TdxStatus status) {
    PageWalk walk = releasing.walk();
    GpaRange range = releasing.range();
    if (status.is(TdxStatus.PAGE_SIZE_MISMATCH)) {
      return walk.smaller()
          .map(smaller -> release(smaller, range))
          .orElseGet(() -> new GuestMove.GiveUp("failed to release " + walk.at()));
    }
    // A page that is not there or was never accepted has nothing to release.
    boolean released =
        status.succeeded()
            || status.is(TdxStatus.EPT_ENTRY_FREE)
            || status.is(TdxStatus.EPT_ENTRY_STATE_INCORRECT);
    if (!released) {
      return new GuestMove.GiveUp("failed to release " + walk.at() + ": " + status);
    }
    return walk.advanced(PageSize.MIB_2)
        .map(next -> release(next, range))
        .orElseGet(() -> map(range, Shareability.SHARED));
  }
}
