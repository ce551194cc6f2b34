package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.core.World;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** A participant that writes down what it is told, in short, and does what a test wants. */
final class Told implements Participant {
  private final String name;
  private final List<String> log;
  private Function<PlannedConversion, Preparation> onPrepare = conversion -> Preparation.READY;
  private Consumer<PlannedConversion> onCommit = conversion -> {};
  private Consumer<PlannedConversion> onAbort = conversion -> {};

  Told(String name) {
    this(name, Collections.synchronizedList(new ArrayList<>()));
  }

  /** Several may write into one log. */
  Told(String name, List<String> log) {
    this.name = name;
    this.log = log;
  }

  Told onPrepare(Function<PlannedConversion, Preparation> action) {
    onPrepare = action;
    return this;
  }

  Told onCommit(Consumer<PlannedConversion> action) {
    onCommit = action;
    return this;
  }

  Told onAbort(Consumer<PlannedConversion> action) {
    onAbort = action;
    return this;
  }

  /** Returns what it was told, such as "prepare 0-3 PRIVATE". */
  List<String> log() {
    return List.copyOf(log);
  }

  private void note(String word, PlannedConversion conversion) {
    long first = conversion.frames().first().value() - World.gpa(0).gfn().value();
    long last = first + conversion.frames().count().value() - 1;
    String pages = first == last ? "" + first : first + "-" + last;
    log.add(word + " " + pages + " " + conversion.target());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Preparation prepare(PlannedConversion conversion) {
    note("prepare", conversion);
    return onPrepare.apply(conversion);
  }

  @Override
  public void commit(PlannedConversion conversion) {
    note("commit", conversion);
    onCommit.accept(conversion);
  }

  @Override
  public void abort(PlannedConversion conversion) {
    note("abort", conversion);
    onAbort.accept(conversion);
  }
}
