package io.github.gmem4j.policy.snp.guest;

import io.github.gmem4j.policy.snp.ghcb.GhcbMsr;
import io.github.gmem4j.policy.snp.ghcb.PscBuffer;

/** What guest software makes of an answer. */
sealed interface Verdict {
  /** All is done, or so it believes. */
  record Finished() implements Verdict {}

  /** Not all is done: ask again with the buffer as it is. */
  record Again(PscBuffer buffer) implements Verdict {}

  /** It will not get what it wants. */
  sealed interface Failure extends Verdict {}

  /** The guest ends itself. */
  record Terminate(GhcbMsr request) implements Failure {}

  /** The caller is told. */
  record Report(String reason) implements Failure {}

  /** The one value of {@link Finished}. */
  Finished FINISHED = new Finished();
}
