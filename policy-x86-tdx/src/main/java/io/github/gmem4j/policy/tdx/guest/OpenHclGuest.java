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
import io.github.gmem4j.policy.tdx.tdcall.GuestAddressWidth;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import io.github.gmem4j.policy.tdx.tdcall.TdCall;
import io.github.gmem4j.policy.tdx.tdcall.TdCallResult;
import io.github.gmem4j.policy.tdx.tdcall.VmCall;
import io.github.gmem4j.policy.tdx.tdcall.VmCallResult;
import io.github.gmem4j.policy.tdx.tdcall.VmCallStatus;
import java.util.Optional;

/**
 * How OpenHCL converts: one call for the whole range, repeated from R11 for as long as the answer
 * is RETRY. It does not check R11; one at the end or behind it counts as finished.
 *
 * <p>Source: OpenVMM {@code vm/x86/tdcall}.
 */
public final class OpenHclGuest implements GuestKernel {
  private final GuestAddressWidth width;

  /** Creates the guest. */
  public OpenHclGuest(GuestAddressWidth width) {
    this.width = width;
  }

  private record Mapping(GpaRange range, Shareability target, long end) implements GuestProgress {}

  private record Accepting(SizedAccept accept) implements GuestProgress {}

  @Override
  public GuestMove begin(GpaRange range, Shareability target) {
    VmCall.MapGpa call = VmCall.MapGpa.of(range, target, width);
    return new GuestMove.Call(call, new Mapping(range, target, call.start() + call.length()));
  }

  @Override
  public GuestMove afterCall(GuestProgress progress, GuestResult result) {
    if (!(progress instanceof Mapping mapping) || !(result instanceof VmCallResult answer)) {
      return new GuestMove.GiveUp("unexpected " + result + " after " + progress);
    }
    if (answer.status().equals(VmCallStatus.RETRY)) {
      long next = answer.r11();
      return Long.compareUnsigned(next, mapping.end()) < 0
          ? new GuestMove.Call(new VmCall.MapGpa(next, mapping.end() - next), mapping)
          : mapped(mapping);
    }
    return answer.status().equals(VmCallStatus.SUCCESS)
        ? mapped(mapping)
        : new GuestMove.GiveUp("map_gpa failed: " + answer);
  }

  @Override
  public GuestMove afterInstruction(GuestProgress progress, InstructionResult result) {
    if (!(progress instanceof Accepting accepting) || !(result instanceof TdCallResult answer)) {
      return new GuestMove.GiveUp("unexpected " + result + " after " + progress);
    }
    return accepting.accept().after(answer.status(), Accepting::new, () -> GuestMove.DONE);
  }

  @Override
  public Optional<PlatformInstruction> acceptance(Gpa page) {
    return Optional.of(new TdCall.AcceptPage(page, PageSize.KIB_4));
  }

  @Override
  public Optional<Substitute> substitute(PlatformInstruction instruction) {
    return WithoutModule.substitute(instruction);
  }

  private static GuestMove mapped(Mapping mapping) {
    return switch (mapping.target()) {
      case SHARED -> GuestMove.DONE;
      case PRIVATE -> SizedAccept.begin(mapping.range(), Accepting::new, () -> GuestMove.DONE);
    };
  }
}
