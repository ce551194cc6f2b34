package io.github.gmem4j.testkit.contract;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.PlainHypercall;
import io.github.gmem4j.api.guest.PlainResult;
import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.policy.Execution;
import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.Interception;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PlatformHost;
import io.github.gmem4j.api.policy.PrivateAccess;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.vm.Gfn;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Policies with one fault in the platform. */
final class BrokenPlatforms {
  private static final PlainResult AGAIN = new PlainResult(Errno.EAGAIN.number());

  private BrokenPlatforms() {}

  private static AlteredPolicy with(Function<PlatformHost, Platform> platforms) {
    return AlteredPolicy.sound().with(platforms);
  }

  static AlteredPolicy oneForAllVms() {
    Platform platform = new OwningPlatform();
    return with(host -> platform);
  }

  static AlteredPolicy grantsNothing() {
    return with(host ->
        new OwningPlatform() {
          @Override
          public Granting makePrivate(Gfn gfn, Folio folio) {
            return new Granting.Denied("not today");
          }
        });
  }

  static AlteredPolicy throwsWhenItGivesBack() {
    return with(host ->
        new OwningPlatform() {
          @Override
          public void makeShared(Folio folio) {
            throw new IllegalStateException("firmware is busy");
          }
        });
  }

  static AlteredPolicy grantsTwice() {
    return with(host ->
        new OwningPlatform() {
          @Override
          public Granting makePrivate(Gfn gfn, Folio folio) {
            super.makePrivate(gfn, folio);
            return Granting.GRANTED;
          }
        });
  }

  static AlteredPolicy grantsOnce() {
    return with(host ->
        new OwningPlatform() {
          @Override
          public Granting makePrivate(Gfn gfn, Folio folio) {
            return access(gfn).equals(PrivateAccess.REACHED)
                ? new Granting.Denied("it is private already")
                : super.makePrivate(gfn, folio);
          }
        });
  }

  static AlteredPolicy wipesWhatItReclaims() {
    return with(host ->
        new OwningPlatform() {
          @Override
          public void reclaim(Folio folio) {
            super.reclaim(folio);
            folio.zero();
          }
        });
  }

  static AlteredPolicy countsAccesses() {
    return with(host ->
        new OwningPlatform() {
          private int accesses;

          @Override
          public PrivateAccess access(Gfn gfn) {
            accesses++;
            return accesses % 2 == 1 ? PrivateAccess.NOT_MAPPED : PrivateAccess.REACHED;
          }
        });
  }

  static AlteredPolicy diesOfTheUnknown() {
    return with(host ->
        new OwningPlatform() {
          @Override
          public Execution execute(PlatformInstruction instruction) {
            return new Execution.Fatal("unknown: " + instruction);
          }
        });
  }

  static AlteredPolicy objectsToSharing() {
    return with(host ->
        new OwningPlatform() {
          @Override
          public Optional<String> objectionToSharing(Folio folio) {
            return Optional.of("never");
          }
        });
  }

  static AlteredPolicy mapsNothingShared() {
    return with(host ->
        new OwningPlatform() {
          @Override
          public Granting mapShared(Gfn gfn, Folio folio) {
            return new Granting.Denied("shared pages are not for the guest");
          }
        });
  }

  static AlteredPolicy wipesWhatItGivesBack() {
    return with(host ->
        new OwningPlatform() {
          @Override
          public void makeShared(Folio folio) {
            if (owns(folio)) {
              folio.zero();
            }
            super.makeShared(folio);
          }
        });
  }

  static AlteredPolicy breaksWhenAGuestHasRun() {
    return with(host ->
        new OwningPlatform() {
          private boolean reached;

          @Override
          public PrivateAccess access(Gfn gfn) {
            reached = true;
            return super.access(gfn);
          }

          @Override
          public void teardown() {
            if (reached) {
              host.bug("a vCPU was here");
            }
          }
        });
  }

  /** Answers "again" to every vCPU but the one whose call it has passed on. */
  static AlteredPolicy servesOneVcpuAtATime() {
    return with(host ->
        new OwningPlatform() {
          private final Set<Integer> calling = new HashSet<>();

          @Override
          public Interception intercept(int vcpu, GuestCall call) {
            if (!(call instanceof PlainHypercall)) {
              return Interception.PASSED;
            }
            calling.add(vcpu);
            if (calling.size() == 1) {
              return Interception.PASSED;
            }
            calling.remove(vcpu);
            return new Interception.Answered(AGAIN);
          }

          @Override
          public Optional<GuestResult> returned(int vcpu, GuestCall call, GuestResult result) {
            calling.remove(vcpu);
            return Optional.empty();
          }
        });
  }

  /** Refuses for good a range that was asked for a few times; and the VMM never holds a vCPU. */
  static AlteredPolicy losesPatience() {
    return with(host -> new ImpatientPlatform())
        .with(
            new PassingVmmSeat() {
              @Override
              public RetryRule retryRule(Wish.Convert wish) {
                return RetryRule.ANSWER_RETRY;
              }
            });
  }

  private static final class ImpatientPlatform extends OwningPlatform {
    private static final int PATIENCE = 4;
    private final Map<GuestCall, Integer> calls = new HashMap<>();

    @Override
    public Interception intercept(int vcpu, GuestCall call) {
      return call instanceof PlainHypercall && calls.merge(call, 1, Integer::sum) >= PATIENCE
          ? new Interception.Answered(PlainResult.INVALID)
          : Interception.PASSED;
    }
  }
}
