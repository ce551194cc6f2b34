package io.github.gmem4j.testkit.value;

import io.github.gmem4j.api.memory.Blocker;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.ReferenceKind;
import java.time.Instant;

/** Builds a {@link Blocker}: without more said, a short-term reference since the epoch. */
public final class Blockers {
  private final PageIndex page;
  private String holder = "somebody";
  private ReferenceKind kind = ReferenceKind.SHORT_TERM;
  private Instant since = Instant.EPOCH;

  private Blockers(PageIndex page) {
    this.page = page;
  }

  /** Begins a blocker of a page. */
  public static Blockers of(long page) {
    return new Blockers(new PageIndex(page));
  }

  /** Sets who holds it. */
  public Blockers heldBy(String name) {
    holder = name;
    return this;
  }

  /** Makes it a long-term pin. */
  public Blockers forLong() {
    kind = ReferenceKind.LONG_TERM;
    return this;
  }

  /** Makes it a reference that goes by itself at once. */
  public Blockers inPassing() {
    kind = ReferenceKind.TRANSIENT;
    return this;
  }

  /** Sets when it was taken. */
  public Blockers since(Instant time) {
    since = time;
    return this;
  }

  /** Returns the blocker. */
  public Blocker build() {
    return new Blocker(page, holder, kind, since);
  }
}
