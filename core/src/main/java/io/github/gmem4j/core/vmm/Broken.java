package io.github.gmem4j.core.vmm;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A promise that a participant broke: it threw where it must not (C3, C4).
 *
 * @param word what it was told
 * @param thrown what it threw
 */
record Broken(LastWord word, Throwable thrown) {
  /** Returns the first Error thrown, else the first exception, with the others as suppressed. */
  static Throwable worst(List<Broken> broken) {
    Throwable worst =
        broken.stream()
            .map(Broken::thrown)
            .filter(Error.class::isInstance)
            .findFirst()
            .orElse(broken.getFirst().thrown());
    for (Broken one : broken) {
      if (!one.thrown().equals(worst) && !List.of(worst.getSuppressed()).contains(one.thrown())) {
        worst.addSuppressed(one.thrown());
      }
    }
    return worst;
  }

  /** Returns all of them in one line. */
  static String inWords(List<Broken> broken) {
    return broken.stream().map(Broken::toString).collect(Collectors.joining("; "));
  }

  @Override
  public String toString() {
    return word.participant().name() + " failed to " + word.word() + ": " + thrown;
  }
}
