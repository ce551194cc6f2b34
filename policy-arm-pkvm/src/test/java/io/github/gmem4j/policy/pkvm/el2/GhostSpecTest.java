package io.github.gmem4j.policy.pkvm.el2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.policy.pkvm.el2.GhostSpec.Attribute;
import io.github.gmem4j.policy.pkvm.el2.GhostSpec.GhostVm;
import io.github.gmem4j.policy.pkvm.el2.GhostSpec.Mapping;
import io.github.gmem4j.policy.pkvm.el2.GhostSpec.Owner;
import io.github.gmem4j.policy.pkvm.el2.GhostSpec.Sharer;
import io.github.gmem4j.policy.pkvm.hvc.HvcProfile;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A long run of random calls, each compared with the {@link GhostSpec}: the answer, the state, and
 * which pages were zeroed. A shortage of memory is the environment's doing: the specification is
 * told of it and says what must hold then.
 */
final class GhostSpecTest {
  private static final int STEPS = 30_000;
  private static final int PAGES = 7;
  private static final int FRAMES = 5;
  private static final int PROTECTED_VMS = 2;
  private static final int VMS = 3;
  private static final long FIRST_FRAME = 0x100;
  private static final long FIRST_PFN = 0x4_0000;

  /** A hypervisor and its specification, which are told the same. */
  private static final class Pair {
    final RandomGenerator random;
    final GhostSpec spec = new GhostSpec();
    final Hypervisor hypervisor;
    final List<TestFolio> pages =
        IntStream.range(0, PAGES).mapToObj(i -> new TestFolio(FIRST_PFN + i)).toList();
    final Map<Integer, VmHandle> handles = new HashMap<>();
    final Map<String, Integer> happened = new HashMap<>();
    boolean tablesShort;

    Pair(long seed) {
      random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
      hypervisor =
          new Hypervisor(
              HypervisorConfig.of(HvcProfile.MAINLINE).withFaults((site, gfn) -> tablesShort));
      for (int vm = 0; vm < VMS; vm++) {
        create(vm);
      }
    }

    void create(int vm) {
      handles.put(vm, hypervisor.createVm(kind(vm)).orThrow());
      spec.vms.put(vm, new GhostVm(kind(vm) == VmKind.PROTECTED));
    }

    VmHandle handle(int vm) {
      return Objects.requireNonNull(handles.get(vm));
    }

    static VmKind kind(int vm) {
      return vm < PROTECTED_VMS ? VmKind.PROTECTED : VmKind.NORMAL;
    }
  }

  /** A call on random operands. */
  private record Operands(Pair pair, int vm, TestFolio page, long gfn) {
    static Operands random(Pair pair) {
      return new Operands(
          pair,
          pair.random.nextInt(VMS),
          pair.pages.get(pair.random.nextInt(PAGES)),
          FIRST_FRAME + pair.random.nextInt(FRAMES));
    }

    VmHandle handle() {
      return pair.handle(vm);
    }

    Hypervisor real() {
      return pair.hypervisor;
    }

    GhostSpec spec() {
      return pair.spec;
    }

    Gfn frame() {
      return new Gfn(gfn);
    }
  }

  private interface Real {
    Transition call(Operands on);
  }

  private interface Ghost {
    Optional<Errno> call(Operands on);
  }

  private record Call(String name, int weight, Real real, Ghost ghost) {}

  private static final List<Call> CALLS =
      List.of(
          new Call(
              "donate",
              20,
              on -> on.real().hostDonateGuest(on.handle(), on.page(), on.frame()),
              on -> on.spec().donate(on.vm(), on.page().pfn(), on.gfn(), on.pair().tablesShort)),
          new Call(
              "lend",
              10,
              on -> on.real().hostShareGuest(on.handle(), on.page(), on.frame()),
              on -> on.spec().lend(on.vm(), on.page().pfn(), on.gfn(), on.pair().tablesShort)),
          new Call(
              "take back",
              10,
              on -> on.real().hostUnshareGuest(on.handle(), on.frame()),
              on -> on.spec().takeBack(on.vm(), on.gfn())),
          new Call(
              "guest share",
              20,
              on -> on.real().guestShareHost(on.handle(), on.frame()),
              on -> on.spec().guestChanges(on.vm(), on.gfn(), Attribute.OWNED, Attribute.SHARED)),
          new Call(
              "guest unshare",
              20,
              on -> on.real().guestUnshareHost(on.handle(), on.frame()),
              on -> on.spec().guestChanges(on.vm(), on.gfn(), Attribute.SHARED, Attribute.OWNED)),
          new Call(
              "relinquish",
              6,
              on -> on.real().guestRelinquish(on.handle(), on.frame()),
              on -> on.spec().relinquish(on.vm(), on.gfn())),
          new Call(
              "force",
              3,
              on -> on.real().forceReclaim(on.page()),
              on -> on.spec().force(on.page().pfn())),
          new Call(
              "reclaim",
              20,
              on -> on.real().reclaimDying(on.handle(), on.frame()),
              on -> on.spec().reclaim(on.vm(), on.gfn())),
          new Call(
              "load vCPU",
              12,
              on -> on.real().loadVcpu(on.handle(), 0),
              on -> on.spec().load(on.vm())),
          new Call(
              "put vCPU",
              3,
              on -> {
                on.real().putVcpu(on.handle(), 0);
                return Transition.DONE;
              },
              on -> on.spec().put(on.vm())),
          new Call(
              "start teardown",
              2,
              on -> on.real().startTeardown(on.handle()),
              on -> on.spec().startTeardown(on.vm())),
          new Call(
              "share hyp",
              5,
              on -> on.real().hostShareHyp(on.page()),
              on -> on.spec().share(on.page().pfn(), Sharer.HYPERVISOR)),
          new Call(
              "unshare hyp",
              5,
              on -> on.real().hostUnshareHyp(on.page()),
              on -> on.spec().unshare(on.page().pfn(), Sharer.HYPERVISOR)),
          new Call(
              "donate hyp",
              3,
              on -> on.real().hostDonateHyp(on.page()),
              on -> on.spec().donateHyp(on.page().pfn())),
          new Call(
              "hyp gives back",
              5,
              on -> on.real().hypDonateHost(on.page()),
              on -> on.spec().hypGivesBack(on.page().pfn())),
          new Call(
              "pin", 4, on -> on.real().pinShared(on.page()), on -> on.spec().pin(on.page().pfn())),
          new Call(
              "unpin",
              6,
              on -> on.real().unpinShared(on.page()),
              on -> on.spec().unpin(on.page().pfn())),
          new Call(
              "share ffa",
              3,
              on -> on.real().hostShareFfa(on.page()),
              on -> on.spec().share(on.page().pfn(), Sharer.SECURE_WORLD)),
          new Call(
              "unshare ffa",
              5,
              on ->
                  on.spec().isNobodyElses(on.page().pfn())
                      ? on.real().hostUnshareFfa(on.page())
                      : Transition.DONE,
              on ->
                  on.spec().isNobodyElses(on.page().pfn())
                      ? on.spec().unshare(on.page().pfn(), Sharer.SECURE_WORLD)
                      : Optional.empty()));

  private static final List<Call> BY_WEIGHT =
      CALLS.stream().flatMap(call -> Collections.nCopies(call.weight(), call).stream()).toList();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void everyCallDoesWhatTheSpecificationSays(long seed) {
    Pair pair = new Pair(Long.getLong("gmem.seed", seed));

    for (int step = 0; step < STEPS; step++) {
      Operands on = Operands.random(pair);
      Call call = BY_WEIGHT.get(pair.random.nextInt(BY_WEIGHT.size()));
      pair.tablesShort = pair.random.nextInt(8) == 0;
      pair.pages.forEach(page -> page.fillWith(0x5a));
      pair.spec.zeroed.clear();

      Optional<Errno> expected = call.ghost().call(on);
      Transition got = call.real().call(on);

      String where = "seed %d, step %d: %s of %s".formatted(seed, step, call.name(), on);
      assertEquals(expected, errno(got), where);
      if (got.happened()) {
        pair.happened.merge(call.name(), 1, Integer::sum);
      }
      assertAgree(pair, where);
      replaceTheDead(pair);
    }

    for (Call call : CALLS) {
      int times = pair.happened.getOrDefault(call.name(), 0);
      assertTrue(times >= STEPS / 3_000, call.name() + " hardly ever happened");
    }
  }

  @Test
  void theSpecificationItselfKeepsAnnotatedAndSharedApart() {
    GhostSpec spec = new GhostSpec();
    spec.vms.put(0, new GhostVm(true));
    spec.load(0);

    assertEquals(Optional.empty(), spec.donate(0, 1, 1, false));
    assertEquals(Map.of(1L, new Owner(0, 1)), spec.annotated);
    spec.guestChanges(0, 1, Attribute.OWNED, Attribute.SHARED);

    assertEquals(Map.of(), spec.annotated);
    assertEquals(Map.of(1L, Sharer.GUEST_OWNER), spec.shared);
  }

  /** A VM without pages that is dying makes room for a new one. */
  private static void replaceTheDead(Pair pair) {
    for (int vm = 0; vm < VMS; vm++) {
      if (pair.spec.vm(vm).dying && pair.spec.vm(vm).maps.isEmpty()) {
        assertTrue(pair.hypervisor.finalizeTeardown(pair.handle(vm)).happened());
        pair.create(vm);
      }
    }
  }

  private static void assertAgree(Pair pair, String where) {
    GhostSpec spec = pair.spec;
    assertTrue(Collections.disjoint(spec.annotated.keySet(), spec.shared.keySet()), where);
    for (TestFolio page : pair.pages) {
      long pfn = page.pfn();
      Hypervisor hypervisor = pair.hypervisor;
      assertEquals(host(spec, pfn), hypervisor.hostState(page), where + ": host of " + page);
      assertEquals(hyp(spec, pfn), hypervisor.hypState(page), where + ": hyp of " + page);
      assertEquals(owner(pair, pfn), hypervisor.owner(page), where + ": owner of " + page);
      assertEquals(spec.zeroed.contains(pfn), page.isZero(), where + ": bytes of " + page);
    }
    for (int vm = 0; vm < VMS; vm++) {
      assertEquals(mappings(spec.vm(vm)), mappings(pair, vm), where + ": VM " + vm);
    }
  }

  private static PageState host(GhostSpec spec, long pfn) {
    if (spec.annotated.containsKey(pfn)) {
      return PageState.NOPAGE;
    }
    return switch (spec.shared.get(pfn)) {
      case null -> PageState.OWNED;
      case GUEST_OWNER -> PageState.SHARED_BORROWED;
      case ORDINARY_GUESTS, HYPERVISOR, SECURE_WORLD -> PageState.SHARED_OWNED;
    };
  }

  private static PageState hyp(GhostSpec spec, long pfn) {
    if (Owner.HYPERVISOR.equals(spec.annotated.get(pfn))) {
      return PageState.OWNED;
    }
    return spec.shared.get(pfn) == Sharer.HYPERVISOR ? PageState.SHARED_BORROWED : PageState.NOPAGE;
  }

  private static Optional<GuestPage> owner(Pair pair, long pfn) {
    for (int vm = 0; vm < VMS; vm++) {
      for (Map.Entry<Long, Mapping> entry : pair.spec.vm(vm).maps.entrySet()) {
        Mapping mapping = entry.getValue();
        if (mapping.pfn() == pfn && mapping.attribute() != Attribute.BORROWED) {
          return Optional.of(new GuestPage(pair.handle(vm), new Gfn(entry.getKey())));
        }
      }
    }
    return Optional.empty();
  }

  private static Map<Long, String> mappings(GhostVm vm) {
    Map<Long, String> lines = new TreeMap<>();
    vm.maps.forEach((gfn, mapping) -> {
      PageState state =
          switch (mapping.attribute()) {
            case OWNED -> PageState.OWNED;
            case SHARED -> PageState.SHARED_OWNED;
            case BORROWED -> PageState.SHARED_BORROWED;
          };
      lines.put(gfn, state + " 0x" + Long.toHexString(mapping.pfn()));
    });
    vm.poisoned.forEach(gfn -> lines.put(gfn, PageState.POISON.name()));
    return lines;
  }

  private static Map<Long, String> mappings(Pair pair, int vm) {
    VmHandle handle = pair.handle(vm);
    Map<Long, String> lines = new TreeMap<>();
    for (Gfn gfn : pair.hypervisor.frames(handle)) {
      String page =
          pair.hypervisor
              .folioAt(handle, gfn)
              .map(folio -> " 0x" + Long.toHexString(folio.pfn()))
              .orElse("");
      lines.put(gfn.value(), pair.hypervisor.guestState(handle, gfn) + page);
    }
    return lines;
  }

  private static Optional<Errno> errno(Transition transition) {
    return switch (transition) {
      case Transition.Done done -> Optional.empty();
      case Transition.Refused refused -> Optional.of(refused.errno());
    };
  }
}
