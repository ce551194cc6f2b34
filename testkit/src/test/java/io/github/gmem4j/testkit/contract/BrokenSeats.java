package io.github.gmem4j.testkit.contract;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.PlainHypercall;
import io.github.gmem4j.api.guest.PlainResult;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.AfterPartial;
import io.github.gmem4j.api.policy.GuestFault;
import io.github.gmem4j.api.policy.GuestMove;
import io.github.gmem4j.api.policy.GuestProgress;
import io.github.gmem4j.api.policy.ImplicitRule;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.PolicyTraits;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.testkit.value.Traits;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullUnmarked;

/** Policies with one fault in a seat, each named after the rule that it breaks. */
final class BrokenSeats {
  private BrokenSeats() {}

  static AlteredPolicy answersNull() {
    return AlteredPolicy.sound().with(new NullSeat());
  }

  /** A seat that does not know what to do after a partial success. */
  @NullUnmarked
  private static final class NullSeat extends PassingVmmSeat {
    @Override
    public AfterPartial afterPartial(Shareability target) {
      return null;
    }
  }

  static AlteredPolicy summaryOfTwoLines() {
    return AlteredPolicy.sound().with(Traits.named("altered").summary("one\ntwo").build());
  }

  static AlteredPolicy counts() {
    AtomicInteger asked = new AtomicInteger();
    return AlteredPolicy.sound()
        .with(
            new PassingVmmSeat() {
              @Override
              public RetryRule retryRule(Wish.Convert wish) {
                return new RetryRule.Hold(
                    Duration.ofMillis(1), 1 + asked.incrementAndGet() % 5, RetryRule.GIVE_UP);
              }
            });
  }

  /** Remembers, but is equal to itself only. */
  private static final class Forgettable implements Pending {}

  static AlteredPolicy remembersWithoutValue() {
    return AlteredPolicy.sound()
        .with(
            new PassingKvmSeat() {
              @Override
              public Step onCall(VcpuView vcpu, GuestCall call) {
                return super.onCall(vcpu, call) instanceof Step.Leave leave
                    ? new Step.Leave(leave.exit(), new Forgettable())
                    : super.onCall(vcpu, call);
              }
            });
  }

  static AlteredPolicy throwsAtImplicitRule() {
    return AlteredPolicy.sound()
        .with(
            new PassingVmmSeat() {
              @Override
              public ImplicitRule implicitRule() {
                throw new UnsupportedOperationException("never thought about");
              }
            });
  }

  static AlteredPolicy resumesUnknownCalls() {
    return AlteredPolicy.sound()
        .with(
            new PassingKvmSeat() {
              @Override
              public Step onCall(VcpuView vcpu, GuestCall call) {
                return call instanceof PlainHypercall ? super.onCall(vcpu, call) : Step.RESUME;
              }
            });
  }

  private static AlteredPolicy atReentry(Reply odd, Step answer) {
    return AlteredPolicy.sound()
        .with(
            new PassingKvmSeat() {
              @Override
              public Step onReentry(VcpuView vcpu, Pending pending, Reply reply) {
                return reply.equals(odd) ? answer : super.onReentry(vcpu, pending, reply);
              }
            });
  }

  static AlteredPolicy takesDataForDone() {
    return atReentry(new Reply.Data((byte) 0), new Step.Return(PlainResult.DONE));
  }

  static AlteredPolicy losesTheCallWhenItFails() {
    return atReentry(
        new Reply.Data((byte) -1), new Step.Fail(Errno.EINVAL, "nonsense", Pending.NONE));
  }

  static AlteredPolicy neverReturns() {
    return AlteredPolicy.sound()
        .with(
            new PassingKvmSeat() {
              @Override
              public Step onReentry(VcpuView vcpu, Pending pending, Reply reply) {
                return reply.equals(Reply.Answer.DONE)
                    ? new Step.Leave(
                        new Exit.MapGpaRange(
                            io.github.gmem4j.testkit.world.GuestWorld.gpa(0),
                            io.github.gmem4j.api.memory.PageCount.ONE,
                            0,
                            1),
                        pending)
                    : super.onReentry(vcpu, pending, reply);
              }
            });
  }

  static AlteredPolicy leavesThoughNotEnabled() {
    return AlteredPolicy.sound()
        .with(
            new PassingKvmSeat() {
              @Override
              public Step onCall(VcpuView vcpu, GuestCall call) {
                return super.onCall(new VcpuView(vcpu.id(), false, true, true), call);
              }
            });
  }

  private static AlteredPolicy atFault(GuestFault.Cause cause, Step answer) {
    return AlteredPolicy.sound()
        .with(
            new PassingKvmSeat() {
              @Override
              public Step onFault(VcpuView vcpu, GuestFault fault) {
                return fault.cause() == cause ? answer : super.onFault(vcpu, fault);
              }
            });
  }

  static AlteredPolicy returnsFromAFault() {
    return atFault(GuestFault.Cause.CLOSED, new Step.Return(PlainResult.INVALID));
  }

  static AlteredPolicy spinsAtPoison() {
    return atFault(GuestFault.Cause.POISONED, Step.RESUME);
  }

  static AlteredPolicy flipsWithoutLooking() {
    PolicyTraits traits = Traits.named("altered").convertedByKvm().build();
    return AlteredPolicy.sound().with(traits).with(new FlippingSeat());
  }

  /** Gives pages away inside the call, whoever holds them. */
  private static final class FlippingSeat extends PassingKvmSeat {
    private enum Flipping implements Pending {
      INSTANCE
    }

    @Override
    public Step onCall(VcpuView vcpu, GuestCall call) {
      return call instanceof PlainHypercall plain
          ? new Step.Flip(
              new GpaRange(
                  new io.github.gmem4j.api.vm.Gpa(plain.gpa()),
                  new ByteCount(plain.pages() * Page.BYTES)),
              plain.attributes() == 0 ? Shareability.SHARED : Shareability.PRIVATE,
              Flipping.INSTANCE)
          : super.onCall(vcpu, call);
    }

    @Override
    public Step onConverted(VcpuView vcpu, Pending pending, ConversionOutcome outcome) {
      return new Step.Return(outcome.succeeded() ? PlainResult.DONE : PlainResult.INVALID);
    }
  }

  static AlteredPolicy wishesAtAFailure() {
    return AlteredPolicy.sound()
        .with(
            new PassingVmmSeat() {
              @Override
              public Wish wish(Exit exit) {
                return exit instanceof Exit.Failed ? somePage() : super.wish(exit);
              }
            });
  }

  private static Wish somePage() {
    return new Wish.Convert(
        io.github.gmem4j.testkit.world.GuestWorld.gpas(0, 1),
        Shareability.SHARED,
        Wish.Origin.IMPLICIT);
  }

  static AlteredPolicy sharesWhatIsUnshared() {
    return AlteredPolicy.sound()
        .with(
            new PassingVmmSeat() {
              @Override
              public Wish wish(Exit exit) {
                return exit instanceof Exit.Unshare unshare
                    ? new Wish.Convert(unshare.range(), Shareability.SHARED, Wish.Origin.IMPLICIT)
                    : super.wish(exit);
              }
            });
  }

  static AlteredPolicy holdsForAnHour() {
    return AlteredPolicy.sound()
        .with(
            new PassingVmmSeat() {
              @Override
              public RetryRule retryRule(Wish.Convert wish) {
                return new RetryRule.Hold(Duration.ofMinutes(6), 10, RetryRule.GIVE_UP);
              }
            });
  }

  private static AlteredPolicy replying(
      Class<? extends Settlement> to, java.util.function.Supplier<Reply> with) {
    return AlteredPolicy.sound()
        .with(
            new PassingVmmSeat() {
              @Override
              public Reply reply(Wish.Convert wish, Settlement settlement) {
                return to.isInstance(settlement) && wish.origin() == Wish.Origin.EXPLICIT
                    ? with.get()
                    : super.reply(wish, settlement);
              }
            });
  }

  static AlteredPolicy hasNoWordsForPoison() {
    return replying(
        Settlement.Poisoned.class,
        () -> {
          throw new IllegalStateException("no words");
        });
  }

  static AlteredPolicy repliesWhatNobodyTakes() {
    return replying(Settlement.Rejected.class, () -> new Reply.Data((byte) 1));
  }

  static AlteredPolicy saysDoneWhenItGaveUp() {
    return replying(Settlement.GaveUp.class, () -> Reply.Answer.DONE);
  }

  static AlteredPolicy beginsOnlySmallRequests() {
    return AlteredPolicy.sound()
        .with(
            new PassingGuestKernel() {
              @Override
              public GuestMove begin(GpaRange range, Shareability target) {
                return range.size().wholePages().value() > 16
                    ? new GuestMove.GiveUp("too long")
                    : super.begin(range, target);
              }
            });
  }

  /** Where the stubborn guest is. */
  private record Again(PlainHypercall call) implements GuestProgress {}

  static AlteredPolicy asksForEver() {
    return AlteredPolicy.sound()
        .with(
            new PassingGuestKernel() {
              @Override
              public GuestMove begin(GpaRange range, Shareability target) {
                PlainHypercall call = PlainHypercall.of(range, target);
                return new GuestMove.Call(call, new Again(call));
              }

              @Override
              public GuestMove afterCall(GuestProgress progress, GuestResult result) {
                return result.equals(PlainResult.DONE)
                    ? GuestMove.DONE
                    : new GuestMove.Call(((Again) progress).call(), progress);
              }
            });
  }

  static AlteredPolicy asksForTheFirstPageOnly() {
    return AlteredPolicy.sound()
        .with(
            new PassingGuestKernel() {
              @Override
              public GuestMove begin(GpaRange range, Shareability target) {
                return super.begin(new GpaRange(range.start(), ByteCount.PAGE), target);
              }
            });
  }
}
