package io.github.gmem4j.cli.comparing;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PlatformHost;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.Withheld;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Those who watch a policy change nothing about it. */
class WatchingTest {
  private record StillAsking(int times) implements Pending {}

  private record TakenBack() implements Pending {}

  /** A page of which nothing is known but its number. */
  private static final class BlankPage implements Folio {
    @Override
    public long pfn() {
      return 7;
    }

    @Override
    public void zero() {}

    @Override
    public void fill(byte[] bytes) {}

    @Override
    public void scramble() {}
  }

  /** Methods of an interface that a class leaves to their defaults. */
  private static List<String> leftOut(Class<?> watched, Class<?> watching) {
    return Arrays.stream(watched.getMethods())
        .filter(method -> !declares(watching, method))
        .map(Method::getName)
        .toList();
  }

  private static boolean declares(Class<?> type, Method method) {
    return Arrays.stream(type.getDeclaredMethods())
        .anyMatch(own ->
            own.getName().equals(method.getName())
                && Arrays.equals(own.getParameterTypes(), method.getParameterTypes()));
  }

  /** A default that is not passed on would replace the policy's own answer. */
  @Test
  void every_method_is_passed_on_defaults_too() {
    assertAll(
        () -> assertEquals(List.of(), leftOut(Platform.class, WatchedPlatform.class)),
        () -> assertEquals(List.of(), leftOut(KvmSeat.class, WatchedKvmSeat.class)),
        () -> assertEquals(List.of(), leftOut(PlatformHost.class, WatchedHost.class)));
  }

  @Test
  void a_page_keeps_its_identity() {
    WatchedFolios folios = new WatchedFolios(new Contents());
    Folio page = new BlankPage();

    Folio watched = folios.watched(page);

    assertAll(
        () -> assertSame(watched, folios.watched(page)),
        () -> assertSame(page, folios.original(watched)),
        () -> assertEquals(7, watched.pfn()));
  }

  @Test
  void contents_that_are_replaced_are_lost_once() {
    Contents contents = new Contents();
    contents.lies(new Gfn(3), 7);
    Folio watched = new WatchedFolios(contents).watched(new BlankPage());

    watched.zero();
    assertEquals(0, contents.lostPages(), "nobody had written anything");
    contents.wrote(new Gfn(3));
    watched.zero();
    contents.wrote(new Gfn(3));
    watched.fill(new byte[0]);

    assertEquals(1, contents.lostPages());
  }

  @Test
  void contents_that_are_scrambled_are_lost_unless_they_are_so_twice() {
    Contents contents = new Contents();
    contents.lies(new Gfn(3), 7);
    Folio watched = new WatchedFolios(contents).watched(new BlankPage());
    contents.wrote(new Gfn(3));

    watched.scramble();
    assertEquals(1, contents.lostPages());
    watched.scramble();
    assertEquals(0, contents.lostPages());
    watched.scramble();
    contents.wrote(new Gfn(3));
    watched.scramble();
    watched.scramble();
    assertEquals(1, contents.lostPages(), "what was there before the second write is gone");
  }

  @Test
  void what_is_scrubbed_when_the_guest_is_gone_is_not_lost() {
    Contents contents = new Contents();
    contents.lies(new Gfn(3), 7);
    Folio watched = new WatchedFolios(contents).watched(new BlankPage());
    contents.wrote(new Gfn(3));

    contents.withoutGuest(watched::zero);

    assertEquals(0, contents.lostPages());
  }

  @Test
  void what_kvm_remembers_is_told_by_kind_however_deep_it_lies() {
    GpaRange range = GpaRange.of(0x3000, 0x2000);
    Remembered remembered = new Remembered();

    remembered.note(
        new Step.UnmapHost(
            range,
            new Step.Withhold(
                range,
                Withheld.FROM_EVERYONE,
                new TakenBack(),
                new Step.Leave(new Exit.Unshare(range), new StillAsking(1)))));
    remembered.note(
        new Step.Pin(
            new Gpa(0x1000),
            "ghcb",
            new Step.Leave(new Exit.Halt(), new StillAsking(2)),
            Step.RESUME));
    remembered.note(new Step.Leave(new Exit.Halt(), Pending.NONE));

    assertEquals(
        "vCPU: still asking; pin: ghcb; 2 pages: taken back (third state)",
        remembered.carried().words());
  }
}
