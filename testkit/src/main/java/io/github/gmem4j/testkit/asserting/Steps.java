package io.github.gmem4j.testkit.asserting;

import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Step;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Looks into steps that carry others. */
public final class Steps {
  private Steps() {}

  /**
   * Returns the steps with which a step can end, once the kernel has done what it says first: the
   * step itself unless it carries others.
   */
  public static List<Step> lastOf(Step step) {
    return switch (step) {
      case Step.UnmapHost unmap -> lastOf(unmap.then());
      case Step.Withhold withhold -> lastOf(withhold.then());
      case Step.Pin pin -> both(lastOf(pin.then()), lastOf(pin.otherwise()));
      case Step.Compare compare -> both(lastOf(compare.then()), lastOf(compare.otherwise()));
      case Step.Leave leave -> List.of(leave);
      case Step.Convert convert -> List.of(convert);
      case Step.Flip flip -> List.of(flip);
      case Step.Return finished -> List.of(finished);
      case Step.Resume resume -> List.of(resume);
      case Step.Fail fail -> List.of(fail);
    };
  }

  /** Returns what a step leaves with pages that it withholds. */
  public static List<Step.Withhold> withholdingsOf(Step step) {
    return switch (step) {
      case Step.UnmapHost unmap -> withholdingsOf(unmap.then());
      case Step.Withhold withhold ->
          Stream.concat(Stream.of(withhold), withholdingsOf(withhold.then()).stream()).toList();
      case Step.Pin pin -> both(withholdingsOf(pin.then()), withholdingsOf(pin.otherwise()));
      case Step.Compare compare ->
          both(withholdingsOf(compare.then()), withholdingsOf(compare.otherwise()));
      case Step.Leave leave -> List.of();
      case Step.Convert convert -> List.of();
      case Step.Flip flip -> List.of();
      case Step.Return finished -> List.of();
      case Step.Resume resume -> List.of();
      case Step.Fail fail -> List.of();
    };
  }

  /** Returns a step without what it says to remember. */
  public static Step withoutMemory(Step step) {
    return switch (step) {
      case Step.UnmapHost unmap -> new Step.UnmapHost(unmap.range(), withoutMemory(unmap.then()));
      case Step.Withhold withhold ->
          new Step.Withhold(
              withhold.range(), withhold.from(), Pending.NONE, withoutMemory(withhold.then()));
      case Step.Pin pin ->
          new Step.Pin(
              pin.page(), pin.holder(), withoutMemory(pin.then()), withoutMemory(pin.otherwise()));
      case Step.Compare compare ->
          new Step.Compare(
              compare.range(),
              compare.state(),
              withoutMemory(compare.then()),
              withoutMemory(compare.otherwise()));
      case Step.Leave leave -> new Step.Leave(leave.exit(), Pending.NONE);
      case Step.Convert convert ->
          new Step.Convert(convert.range(), convert.target(), Pending.NONE);
      case Step.Flip flip -> new Step.Flip(flip.range(), flip.target(), Pending.NONE);
      case Step.Return finished -> finished;
      case Step.Resume resume -> resume;
      case Step.Fail fail -> new Step.Fail(fail.errno(), fail.reason(), Pending.NONE);
    };
  }

  /** Tells whether the seat is asked at re-entry about what a step says to remember. */
  public static boolean asksSeat(Pending pending) {
    return !pending.equals(Pending.NONE) && !(pending instanceof Pending.Forgotten);
  }

  /** Returns everything that a step says to remember and the seat is asked about. */
  public static List<Pending> memoriesOf(Step step) {
    Stream<Pending> atTheEnd =
        lastOf(step).stream()
            .map(last ->
                switch (last) {
                  case Step.Leave leave -> leave.pending();
                  case Step.Convert convert -> convert.pending();
                  case Step.Flip flip -> flip.pending();
                  case Step.Fail fail -> fail.pending();
                  default -> Pending.NONE;
                });
    return Stream.concat(atTheEnd, withholdingsOf(step).stream().map(Step.Withhold::mark))
        .filter(Steps::asksSeat)
        .toList();
  }

  private static <T> List<T> both(List<T> some, List<T> others) {
    return Stream.concat(some.stream(), others.stream()).toList();
  }

  /**
   * Tells whether a step leaves {@code run()} and has the seat asked again with a pending state.
   */
  static boolean asksAtReentry(@Nullable Step step, Pending pending) {
    return step != null
        && lastOf(step).stream()
            .anyMatch(last ->
                (last instanceof Step.Leave leave && leave.pending().equals(pending))
                    || (last instanceof Step.Fail fail && fail.pending().equals(pending)));
  }

  /** Tells whether a step converts and has the seat told the outcome with a pending state. */
  static boolean asksForOutcome(@Nullable Step step, Pending pending) {
    return step != null
        && lastOf(step).stream()
            .anyMatch(last ->
                (last instanceof Step.Convert convert && convert.pending().equals(pending))
                    || (last instanceof Step.Flip flip && flip.pending().equals(pending)));
  }
}
