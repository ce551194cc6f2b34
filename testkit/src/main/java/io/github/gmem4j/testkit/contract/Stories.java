package io.github.gmem4j.testkit.contract;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.testkit.rule.Rule;
import io.github.gmem4j.testkit.rule.RuleBroken;
import io.github.gmem4j.testkit.world.GuestRun;
import io.github.gmem4j.testkit.world.GuestWorld;
import io.github.gmem4j.testkit.world.GuestWorldBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a guest, its VMM and its host live through together, in the in-memory engine. */
final class Stories {
  private static final long FIRST = 2;
  private static final long COUNT = 2;
  private static final long ELSEWHERE = 8;
  private static final byte SECRET = 0x5e;
  private static final int SAMPLES = 16;

  private final PolicyUnderTest subject;
  private final GuestWorld world;

  private Stories(PolicyUnderTest subject, GuestWorldBuilder builder) {
    this.subject = subject;
    world = builder.vcpus(2).build();
    subject.boot(world);
  }

  private static Stories begin(PolicyUnderTest subject, ConversionPolicy policy) {
    return new Stories(subject, GuestWorld.of(policy));
  }

  /** P8, P9, G3: pages become shared, private and shared again. */
  static void roundTrip(PolicyUnderTest subject, ConversionPolicy policy) {
    Stories story = begin(subject, policy);
    story.bringTo(Shareability.SHARED);
    story.hostReaches();
    story.bringTo(Shareability.PRIVATE);
    story.hostDoesNotReach();
    story.bringTo(Shareability.SHARED);
    story.hostReaches();
  }

  /** P10: what the host holds stays shared. */
  static void aHeldPageStaysShared(PolicyUnderTest subject) {
    Judging.needs(subject.requestsExplicitly(), "this policy's guests ask for nothing");
    Judging.needs(
        subject.gatesOnReferences(), "this policy gives pages away without looking at references");
    Stories story = begin(subject, subject.policy());
    story.bringTo(Shareability.SHARED);
    try (Pin held = story.pin()) {
      story.ask(story.world.vcpu(), FIRST, COUNT, Shareability.PRIVATE);
      RuleBroken.unless(
          story.world.stateOf(FIRST) == Shareability.SHARED,
          Rule.P10,
          () ->
              held.holder() + " holds " + held.page() + ", which became private\n" + story.told());
    }
  }

  /** P11: a request is fulfilled once nobody holds its pages. */
  static void aReleasedPageIsConverted(PolicyUnderTest subject) {
    Judging.needs(subject.requestsExplicitly(), "this policy's guests ask for nothing");
    Stories story = begin(subject, subject.policy());
    story.bringTo(Shareability.SHARED);
    GuestRun first;
    try (Pin held = story.pin()) {
      story.world.clock().after(Duration.ZERO, held::close);
      first = story.ask(story.world.vcpu(), FIRST, COUNT, Shareability.PRIVATE);
    }
    if (!first.succeeded()) {
      GuestRun second = story.ask(story.world.vcpu(), FIRST, COUNT, Shareability.PRIVATE);
      RuleBroken.unless(
          second.succeeded(),
          Rule.P11,
          () -> "nobody holds the pages any more, but " + second + "\n" + story.told());
    }
    story.touch(Shareability.PRIVATE, Rule.P11);
    story.hasState(Shareability.PRIVATE, Rule.P11);
  }

  /** P12: while a page is held, another vCPU gets other pages without waiting. */
  static void aHeldPageDelaysOnlyWhoNeedsIt(PolicyUnderTest subject) {
    Judging.needs(subject.requestsExplicitly(), "this policy's guests ask for nothing");
    Stories story = begin(subject, subject.policy());
    story.bringTo(Shareability.SHARED);
    GuestRun ready = story.ask(story.world.vcpu(), ELSEWHERE, 1, Shareability.SHARED);
    RuleBroken.unless(ready.succeeded(), Rule.P8, () -> ready + "\n" + story.told());
    List<GuestRun> others = new ArrayList<>();
    try (Pin held = story.pin()) {
      story.world.clock().after(Duration.ZERO, () -> others.add(story.askElsewhere()));
      story.ask(story.world.vcpu(), FIRST, COUNT, Shareability.PRIVATE);
      if (others.isEmpty()) {
        others.add(story.askElsewhere());
      }
      RuleBroken.unless(
          others.getFirst().succeeded(),
          Rule.P12,
          () ->
              held.holder()
                  + " holds "
                  + held.page()
                  + ", and page "
                  + ELSEWHERE
                  + " is not converted: "
                  + others
                  + "\n"
                  + story.told());
    }
  }

  private GuestRun askElsewhere() {
    Duration before = world.clock().elapsed();
    GuestRun run = ask(world.vcpus().getLast(), ELSEWHERE, 1, Shareability.PRIVATE);
    Duration waited = world.clock().elapsed().minus(before);
    RuleBroken.unless(
        waited.isZero(), Rule.P12, () -> "page " + ELSEWHERE + " waited " + waited + "\n" + told());
    return run;
  }

  /** G2: a guest that is refused each time comes to an end. */
  static void aRefusedRequestEnds(PolicyUnderTest subject) {
    Judging.needs(subject.requestsExplicitly(), "this policy's guests ask for nothing");
    Judging.needs(subject.guestGivesUp(), "this policy's guests ask for ever");
    Stories story =
        new Stories(subject, GuestWorld.of(subject.policy()).participants(new Refuser()));
    GuestRun run = story.ask(story.world.vcpu(), FIRST, COUNT, Shareability.SHARED);
    RuleBroken.unless(run.exits() <= GuestRun.MANY, Rule.G2, () -> "still asks: " + story.told());
  }

  /** P13: bytes are kept both ways, or the host never sees private ones. */
  static void bytesAreKeptOrUnread(PolicyUnderTest subject) {
    Judging.needs(subject.requestsExplicitly(), "this policy's guests ask for nothing");
    Stories story = begin(subject, subject.policy());
    story.bringTo(Shareability.SHARED);
    byte[] fromHost = page(1);
    RuleBroken.unless(
        story.world.host().store(GuestWorld.offset(FIRST), fromHost).equals(HostAccess.DONE),
        Rule.P8,
        "the host does not reach a shared page");
    story.bringTo(Shareability.PRIVATE);
    if (subject.preservesContents()) {
      byte seen = story.guestReads();
      RuleBroken.unless(
          seen == fromHost[0], Rule.P13, "the host stored 1, the guest reads " + seen);
    }
    for (int i = 0; i < Page.BYTES; i += Page.BYTES / SAMPLES) {
      story.guestWrites(i, SECRET);
    }
    story.bringTo(Shareability.SHARED);
    byte[] seen = new byte[Page.BYTES];
    story.world.host().load(GuestWorld.offset(FIRST), seen);
    boolean kept = true;
    for (int i = 0; i < Page.BYTES; i += Page.BYTES / SAMPLES) {
      kept &= seen[i] == SECRET;
    }
    RuleBroken.unless(
        kept == subject.preservesContents(),
        Rule.P13,
        kept
            ? "the host reads what the guest wrote while the page was private"
            : "what the guest wrote is lost");
  }

  private static byte[] page(int value) {
    byte[] bytes = new byte[Page.BYTES];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  /** P14: the platform owns nothing once all is gone. */
  static void nothingIsLeft(PolicyUnderTest subject) {
    Stories story = begin(subject, subject.policy());
    story.bringTo(Shareability.SHARED);
    story.bringTo(Shareability.PRIVATE);
    story.world.close();
    RuleBroken.unless(
        story.world.platform().bugs().isEmpty(),
        Rule.P14,
        "the VM died: " + story.world.platform().bugs());
    RuleBroken.unless(
        story.world.platform().ownedPages().isEmpty(),
        Rule.P14,
        "the platform was not given back pfns " + story.world.platform().ownedPages());
  }

  /** Lets the guest ask for its pages, which must work, and touch them. */
  private void bringTo(Shareability target) {
    if (subject.requestsExplicitly()) {
      GuestRun run = ask(world.vcpu(), FIRST, COUNT, target);
      RuleBroken.unless(run.succeeded(), Rule.P8, () -> run + "\n" + told());
      if (subject.saysDoneOnceDone()) {
        hasState(target, Rule.P9);
      }
    }
    touch(target, Rule.G3);
    hasState(target, Rule.P8);
  }

  private GuestRun ask(Vcpu vcpu, long first, long count, Shareability target) {
    return world.run(
        vcpu, GuestRun.MANY, new GuestAction.Request(GuestWorld.gpas(first, count), target));
  }

  private void touch(Shareability as, Rule rule) {
    for (long page = FIRST; page < FIRST + COUNT; page++) {
      GuestRun run =
          world.run(world.vcpu(), GuestRun.MANY, new GuestAction.Touch(GuestWorld.gpa(page), as));
      RuleBroken.unless(run.succeeded(), rule, () -> run + "\n" + told());
    }
  }

  private byte guestReads() {
    GuestRun run =
        world.run(
            world.vcpu(),
            GuestRun.MANY,
            new GuestAction.Read(GuestWorld.gpa(FIRST), Shareability.PRIVATE));
    return run.succeeded() && run.results().getFirst() instanceof ActionResult.Loaded loaded
        ? loaded.value()
        : brokenAccess(run);
  }

  private byte brokenAccess(GuestRun run) {
    throw new RuleBroken(Rule.G3, run + "\n" + told());
  }

  private void guestWrites(int inPage, byte value) {
    GuestRun run =
        world.run(
            world.vcpu(),
            GuestRun.MANY,
            new GuestAction.Write(
                new Gpa(GuestWorld.gpa(FIRST).value() + inPage), Shareability.PRIVATE, value));
    RuleBroken.unless(run.succeeded(), Rule.G3, () -> run + "\n" + told());
  }

  private void hasState(Shareability target, Rule rule) {
    for (long page = FIRST; page < FIRST + COUNT; page++) {
      String which = "page " + page;
      RuleBroken.unless(
          world.stateOf(page) == target, rule, () -> which + " is not " + target + "\n" + told());
    }
  }

  private void hostReaches() {
    HostAccess access = world.host().load(GuestWorld.offset(FIRST), new byte[1]);
    RuleBroken.unless(access.equals(HostAccess.DONE), Rule.P8, "shared, but " + access);
  }

  private void hostDoesNotReach() {
    HostAccess access = world.host().load(GuestWorld.offset(FIRST), new byte[1]);
    RuleBroken.unless(
        access instanceof HostAccess.Fault,
        Rule.P10,
        () -> "the host reads a private page\n" + told());
    boolean pinned =
        world.host().pin(new PageIndex(FIRST), ReferenceKind.SHORT_TERM, "latecomer").succeeded();
    RuleBroken.unless(!pinned, Rule.P10, () -> "the host pins a private page\n" + told());
  }

  private Pin pin() {
    return world.host().pin(new PageIndex(FIRST), ReferenceKind.LONG_TERM, "a device").orThrow();
  }

  private String told() {
    return world.timeline().render();
  }

  /** Never agrees. */
  private static final class Refuser implements Participant {
    @Override
    public String name() {
      return "refuser";
    }

    @Override
    public Preparation prepare(PlannedConversion conversion) {
      return new Preparation.Refused("it never agrees");
    }

    @Override
    public void commit(PlannedConversion conversion) {
      throw new IllegalStateException("never ready: " + conversion);
    }

    @Override
    public void abort(PlannedConversion conversion) {
      throw new IllegalStateException("never ready: " + conversion);
    }
  }
}
