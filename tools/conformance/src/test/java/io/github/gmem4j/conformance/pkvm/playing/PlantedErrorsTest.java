package io.github.gmem4j.conformance.pkvm.playing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.conformance.pkvm.host.El2;
import io.github.gmem4j.conformance.pkvm.host.ModelledEl2;
import io.github.gmem4j.conformance.pkvm.host.PhysicalPage;
import io.github.gmem4j.conformance.playing.SequencePlayer;
import io.github.gmem4j.conformance.recording.Recorded;
import io.github.gmem4j.conformance.recording.Recordings;
import io.github.gmem4j.policy.pkvm.el2.HvcOutcome;
import io.github.gmem4j.policy.pkvm.el2.Hypervisor;
import io.github.gmem4j.policy.pkvm.el2.HypervisorConfig;
import io.github.gmem4j.policy.pkvm.el2.PageState;
import io.github.gmem4j.policy.pkvm.el2.Transition;
import io.github.gmem4j.policy.pkvm.el2.VmHandle;
import io.github.gmem4j.policy.pkvm.hvc.FunctionId;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import io.github.gmem4j.policy.pkvm.hvc.HvcProfile;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The recordings tell a wrong hypervisor from the right one: no planted error goes unnoticed. */
final class PlantedErrorsTest {
  private static final HvcOutcome SUCCESS = HvcOutcome.answered(HvcResult.SUCCESS);
  private static final HvcOutcome INVALID = HvcOutcome.answered(HvcResult.INVALID_PARAMETER);

  private static final List<Recorded> RECORDINGS = Recordings.sequences(Recordings.P);

  interface Plant extends UnaryOperator<El2> {}

  static Stream<Named<Plant>> plants() {
    return Stream.of(
        Named.of("a page is zeroed when it is donated", PlantedErrorsTest::zeroingDonation),
        Named.of("a page is zeroed when it is shared", right -> zeroing(right, true)),
        Named.of("a page is zeroed when it is taken back", right -> zeroing(right, false)),
        Named.of("force leaves the secret in the page", PlantedErrorsTest::leakingForce),
        Named.of("force leaves the frame empty", PlantedErrorsTest::forgivingForce),
        Named.of("the end leaves the secrets in the pages", right -> ending(right, false)),
        Named.of("the end zeroes shared pages, too", right -> ending(right, true)),
        Named.of("the host can touch private pages", right -> host(right, PageState.NOPAGE)),
        Named.of(
            "the host cannot touch shared pages", right -> host(right, PageState.SHARED_BORROWED)),
        Named.of(
            "a poisoned frame can be shared", right -> answering(right, PageState.POISON, SUCCESS)),
        Named.of(
            "a shared page can be shared again",
            right -> answering(right, PageState.SHARED_OWNED, SUCCESS)),
        Named.of(
            "a private page can be taken back",
            right -> answering(right, PageState.OWNED, SUCCESS)),
        Named.of(
            "an untouched frame cannot be shared",
            right -> answering(right, PageState.NOPAGE, INVALID)),
        Named.of(
            "an address need not be aligned",
            right -> calling(right, hvc -> with(hvc, hvc.x1() & -4096L, hvc.x2(), hvc.x3()))),
        Named.of("x2 is ignored", right -> calling(right, hvc -> with(hvc, hvc.x1(), 0, hvc.x3()))),
        Named.of("x3 is ignored", right -> calling(right, hvc -> with(hvc, hvc.x1(), hvc.x2(), 0))),
        Named.of(
            "the lower half of x2 is all that counts",
            right -> calling(right, hvc -> with(hvc, hvc.x1(), hvc.x2() & 0xffff_ffffL, hvc.x3()))),
        Named.of("all of x0 names the function", PlantedErrorsTest::wideFunctions),
        Named.of(
            "what EL2 does not know is invalid",
            right -> outcomes(right, o -> o instanceof HvcOutcome.Forwarded ? INVALID : o)),
        Named.of(
            "the guest's addresses have 39 bits",
            right -> model(HypervisorConfig.of(HvcProfile.MAINLINE).withIpaBits(39))),
        Named.of(
            "the guest's addresses have 48 bits",
            right -> model(HypervisorConfig.of(HvcProfile.MAINLINE).withIpaBits(48))),
        Named.of(
            "the calls are Android's", right -> model(HypervisorConfig.of(HvcProfile.ANDROID))));
  }

  @ParameterizedTest
  @MethodSource("plants")
  void aPlantedErrorDisagreesWithTheRecordings(Plant plant) {
    assertNotEquals(0, disagreements(plant));
  }

  @Test
  void withoutAnyThereIsNoDisagreement() {
    assertEquals(0, disagreements(DelegatingEl2::new));
  }

  private static long disagreements(Function<El2, El2> plant) {
    long found = 0;
    for (Recorded recorded : RECORDINGS) {
      if (recorded instanceof Recorded.OfPkvm of) {
        El2 right = model(HypervisorConfig.of(HvcProfile.MAINLINE));
        PkvmPlayer player = PkvmPlayer.above(plant.apply(right), of.sequence().start());
        found += SequencePlayer.play(of.sequence(), player::play).disagreements().size();
      }
    }
    return found;
  }

  private static El2 model(HypervisorConfig config) {
    return new ModelledEl2(new Hypervisor(config));
  }

  private static El2 zeroingDonation(El2 right) {
    return new DelegatingEl2(right) {
      @Override
      public Transition hostDonateGuest(VmHandle vm, Folio folio, Gfn gfn) {
        Transition donated = right.hostDonateGuest(vm, folio, gfn);
        if (donated.happened()) {
          folio.zero();
        }
        return donated;
      }
    };
  }

  private static El2 zeroing(El2 right, boolean whenShared) {
    FunctionId function = whenShared ? FunctionId.MEM_SHARE : FunctionId.MEM_UNSHARE;
    return new DelegatingEl2(right) {
      @Override
      public HvcOutcome call(VmHandle vm, Hvc hvc) {
        HvcOutcome outcome = right.call(vm, hvc);
        if (hvc.function().equals(Optional.of(function)) && outcome.equals(SUCCESS)) {
          right.folioAt(vm, new Gfn(hvc.x1() >>> Page.SHIFT)).orElseThrow().zero();
        }
        return outcome;
      }
    };
  }

  private static El2 leakingForce(El2 right) {
    return new DelegatingEl2(right) {
      @Override
      public Transition forceReclaim(Folio folio) {
        byte[] secret = bytes(folio);
        Transition reclaimed = right.forceReclaim(folio);
        folio.fill(secret);
        return reclaimed;
      }
    };
  }

  private static El2 forgivingForce(El2 right) {
    return new DelegatingEl2(right) {
      @Override
      public PageState guestState(VmHandle vm, Gfn gfn) {
        PageState state = right.guestState(vm, gfn);
        return state == PageState.POISON ? PageState.NOPAGE : state;
      }
    };
  }

  private static El2 ending(El2 right, boolean zeroes) {
    return new DelegatingEl2(right) {
      @Override
      public Transition reclaimDying(VmHandle vm, Gfn gfn) {
        Optional<Folio> folio = right.folioAt(vm, gfn);
        byte[] before = folio.map(PlantedErrorsTest::bytes).orElse(new byte[0]);
        Transition reclaimed = right.reclaimDying(vm, gfn);
        folio.ifPresent(page -> page.fill(zeroes ? new byte[Page.BYTES] : before));
        return reclaimed;
      }
    };
  }

  /** The host has the opposite of its access to pages in a state. */
  private static El2 host(El2 right, PageState wrong) {
    return new DelegatingEl2(right) {
      @Override
      public PageState hostState(Folio folio) {
        PageState state = right.hostState(folio);
        if (state != wrong) {
          return state;
        }
        return state.isAccessible() ? PageState.NOPAGE : PageState.SHARED_BORROWED;
      }
    };
  }

  /** Whatever a guest says about a frame in a state is answered in one way. */
  private static El2 answering(El2 right, PageState state, HvcOutcome answer) {
    return new DelegatingEl2(right) {
      @Override
      public HvcOutcome call(VmHandle vm, Hvc hvc) {
        HvcOutcome outcome = right.call(vm, hvc);
        boolean isNo = outcome.equals(INVALID) || outcome instanceof HvcOutcome.NeedsPage;
        long gfn = hvc.x1() >>> Page.SHIFT;
        return isNo && right.guestState(vm, new Gfn(gfn)) == state ? answer : outcome;
      }
    };
  }

  private static El2 calling(El2 right, UnaryOperator<Hvc> change) {
    return new DelegatingEl2(right) {
      @Override
      public HvcOutcome call(VmHandle vm, Hvc hvc) {
        return right.call(vm, change.apply(hvc));
      }
    };
  }

  private static El2 outcomes(El2 right, UnaryOperator<HvcOutcome> change) {
    return new DelegatingEl2(right) {
      @Override
      public HvcOutcome call(VmHandle vm, Hvc hvc) {
        return change.apply(right.call(vm, hvc));
      }
    };
  }

  private static El2 wideFunctions(El2 right) {
    return new DelegatingEl2(right) {
      @Override
      public HvcOutcome call(VmHandle vm, Hvc hvc) {
        return hvc.x0() >>> Integer.SIZE == 0 ? right.call(vm, hvc) : HvcOutcome.FORWARDED;
      }
    };
  }

  private static Hvc with(Hvc hvc, long x1, long x2, long x3) {
    return new Hvc(hvc.x0(), x1, x2, x3);
  }

  private static byte[] bytes(Folio folio) {
    byte[] bytes = new byte[Page.BYTES];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) ((PhysicalPage) folio).load(i);
    }
    return bytes;
  }
}
