package io.github.gmem4j.testkit.asserting;

import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.testkit.rule.Answers;
import io.github.gmem4j.testkit.rule.Rule;
import io.github.gmem4j.testkit.rule.RuleBroken;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A participant whose answers, and whose caller, are checked. Thread-safe. */
public final class AssertingParticipant implements Participant {
  private final Participant participant;
  private final String name;
  private final List<PlannedConversion> ready = new ArrayList<>();
  private final Map<PlannedConversion, String> ended = new HashMap<>();

  private AssertingParticipant(Participant participant) {
    this.participant = participant;
    name = Answers.of("name()", participant::name, Rule.C1, Rule.C1);
  }

  /** Returns a participant that does what another does, checked. */
  public static AssertingParticipant of(Participant participant) {
    return new AssertingParticipant(participant);
  }

  /** Returns the conversions it is ready for and has heard nothing of since. */
  public synchronized List<PlannedConversion> stillReady() {
    return List.copyOf(ready);
  }

  @Override
  public String name() {
    String now = Answers.of("name()", participant::name, Rule.C1, Rule.C1);
    RuleBroken.unless(now.equals(name), Rule.C1, "the name was " + name + ", is " + now);
    return now;
  }

  @Override
  public Preparation prepare(PlannedConversion conversion) {
    Preparation answer =
        Answers.of(
            name + ".prepare(" + conversion + ")",
            () -> participant.prepare(conversion),
            Rule.C1,
            Rule.C1);
    synchronized (this) {
      if (answer instanceof Preparation.Ready) {
        ready.add(conversion);
      } else {
        ended.put(conversion, answer.toString());
      }
    }
    return answer;
  }

  @Override
  public void commit(PlannedConversion conversion) {
    end(conversion, "commit");
    Answers.told(
        name + ".commit(" + conversion + ")", () -> participant.commit(conversion), Rule.C3);
  }

  @Override
  public void abort(PlannedConversion conversion) {
    end(conversion, "abort");
    Answers.told(name + ".abort(" + conversion + ")", () -> participant.abort(conversion), Rule.C4);
  }

  private synchronized void end(PlannedConversion conversion, String call) {
    if (!ready.remove(conversion)) {
      String before = ended.get(conversion);
      boolean wasNotReady = before != null && !before.equals("commit") && !before.equals("abort");
      throw new RuleBroken(
          wasNotReady ? Rule.C2 : Rule.C5,
          "%s.%s(%s) after %s"
              .formatted(name, call, conversion, before == null ? "no prepare" : before));
    }
    ended.put(conversion, call);
  }
}
