package io.github.gmem4j.policy.pkvm.el2;

import io.github.gmem4j.api.memory.Errno;
import java.util.function.Supplier;

/** What came of asking for a change of ownership. */
public sealed interface Transition {
  /** It happened, wholly. */
  record Done() implements Transition {
    @Override
    public Transition then(Supplier<Transition> next) {
      return next.get();
    }

    @Override
    public boolean happened() {
      return true;
    }
  }

  /**
   * It did not happen, and nothing changed.
   *
   * @param errno the hypervisor's error number, which only the host kernel sees
   * @param reason one sentence that names the offending state or value
   */
  record Refused(Errno errno, String reason) implements Transition {
    @Override
    public Transition then(Supplier<Transition> next) {
      return this;
    }

    @Override
    public boolean happened() {
      return false;
    }
  }

  /** The one value of {@link Done}. */
  Done DONE = new Done();

  /** Returns a refusal. */
  static Refused refused(Errno errno, String reason) {
    return new Refused(errno, reason);
  }

  /** Tells whether it happened. */
  boolean happened();

  /** Goes on to the next check; the first refusal is the answer. */
  Transition then(Supplier<Transition> next);
}
