package io.github.gmem4j.cli.comparing;

import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.Withheld;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GpaRange;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** Notes what KVM has to remember from one {@code run()} to the next, for vCPUs and for pages. */
final class Remembered {
  private final SortedSet<String> perVcpu = new TreeSet<>();
  private final SortedSet<String> pins = new TreeSet<>();
  private final SortedSet<String> perPage = new TreeSet<>();
  private final Set<Gfn> marked = new HashSet<>();
  private final Set<Gfn> fromEveryone = new HashSet<>();
  private int busy;

  /** Notes a decision, and returns it. */
  Step note(Step decision) {
    look(decision);
    return decision;
  }

  private void look(Step step) {
    switch (step) {
      // KVM takes no note of a guest that ended itself: what is pending stands in its register.
      case Step.Leave leave when leave.exit() instanceof Exit.SystemEvent -> {}
      case Step.Leave leave -> keep(leave.pending());
      case Step.Fail fail -> keep(fail.pending());
      case Step.UnmapHost unmap -> look(unmap.then());
      case Step.Withhold withhold -> {
        mark(withhold);
        look(withhold.then());
      }
      case Step.Pin pin -> {
        pins.add(pin.holder());
        look(pin.then());
      }
      // Which branch is taken shows when KVM gets back what it had to remember.
      case Step.Compare compare -> {}
      // What these remember is gone before run() returns, or is kept by the step that follows.
      case Step.Convert convert -> {}
      case Step.Flip flip -> {}
      case Step.Return done -> {}
      case Step.Resume resume -> {}
    }
  }

  /** Notes what KVM gets back when a vCPU runs again. */
  void keep(Pending pending) {
    if (!pending.equals(Pending.NONE) && !(pending instanceof Pending.Forgotten)) {
      perVcpu.add(nameOf(pending));
    }
  }

  private void mark(Step.Withhold withhold) {
    GpaRange range = withhold.range();
    perPage.add(nameOf(withhold.mark()));
    long first = range.start().gfn().value();
    for (long i = 0; i < range.size().wholePages().value(); i++) {
      marked.add(new Gfn(first + i));
      if (withhold.from() == Withheld.FROM_EVERYONE) {
        fromEveryone.add(new Gfn(first + i));
      }
    }
  }

  /** KVM retries by itself what the platform is too busy for. */
  void countBusy() {
    busy++;
  }

  int busy() {
    return busy;
  }

  Carried carried() {
    return new Carried(perVcpu, pins, perPage, marked.size(), fromEveryone.size());
  }

  /** Returns a type's name as words: {@code MapGpaCursor} is {@code map gpa cursor}. */
  private static String nameOf(Pending pending) {
    Class<?> type = pending.getClass();
    while (type.getSimpleName().isEmpty() && type.getSuperclass() != null) {
      type = type.getSuperclass();
    }
    return type.getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
  }
}
