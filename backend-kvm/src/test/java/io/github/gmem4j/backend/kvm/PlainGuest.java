package io.github.gmem4j.backend.kvm;

import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.InstructionResult;
import io.github.gmem4j.api.guest.PlainHypercall;
import io.github.gmem4j.api.guest.PlainResult;
import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.GuestMove;
import io.github.gmem4j.api.policy.GuestProgress;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PlatformHost;
import io.github.gmem4j.api.policy.PolicyTraits;
import io.github.gmem4j.api.policy.Substitute;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.VmType;
import java.util.Optional;

/** A guest that knows one hypercall and makes one call for each request. */
public enum PlainGuest implements GuestKernel {
  /** The one value. */
  INSTANCE;

  /** An answer at which this guest halts for good. */
  public static final long DEADLY = 131;

  private enum Asking implements GuestProgress {
    ONCE
  }

  /** Returns the policy of VMs of a type whose guests are this one; no seat of it is asked. */
  public static ConversionPolicy policy(VmType type) {
    return new Plain(new PolicyTraits("plain", type, PolicyTraits.Converter.VMM, "one hypercall"));
  }

  private record Plain(PolicyTraits traits) implements ConversionPolicy {
    @Override
    public KvmSeat kvm() {
      return new TranslatingSeat();
    }

    @Override
    public VmmSeat vmm() {
      throw new IllegalStateException("these tests are the VMM");
    }

    @Override
    public Platform createPlatform(PlatformHost host) {
      throw new IllegalStateException("over a real kernel there is no model of a platform");
    }

    @Override
    public GuestKernel guest() {
      return INSTANCE;
    }
  }

  @Override
  public GuestMove begin(GpaRange range, Shareability target) {
    return new GuestMove.Call(PlainHypercall.of(range, target), Asking.ONCE);
  }

  @Override
  public GuestMove afterCall(GuestProgress progress, GuestResult result) {
    long value = ((PlainResult) result).value();
    if (value == DEADLY) {
      return GuestMove.HALT;
    }
    return value == 0 ? GuestMove.DONE : new GuestMove.GiveUp("hypercall returned " + value);
  }

  @Override
  public GuestMove afterInstruction(GuestProgress progress, InstructionResult result) {
    throw new IllegalStateException("this guest executes no instruction for a request");
  }

  /** An instruction that leaves pages cleared. */
  public record Clean(GpaRange range) implements PlatformInstruction {}

  /** An instruction that touches nothing. */
  public record Nod() implements PlatformInstruction {}

  /** What {@link Clean} and {@link Nod} yield. */
  public record Done(String what) implements InstructionResult {}

  @Override
  public Optional<Substitute> substitute(PlatformInstruction instruction) {
    return switch (instruction) {
      case Clean clean -> Optional.of(new Substitute.Clear(clean.range(), new Done("clean")));
      case Nod nod -> Optional.of(new Substitute.Answer(new Done("nod")));
      default -> Optional.empty();
    };
  }
}
