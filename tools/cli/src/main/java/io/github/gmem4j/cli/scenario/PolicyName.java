package io.github.gmem4j.cli.scenario;

import java.util.Optional;

/**
 * Which architecture a scenario plays on.
 *
 * @param place where it is named; empty: on the command line
 * @param name the policy's name, not looked up yet
 */
public record PolicyName(Optional<Place> place, String name) {
  /** A name that stands in a file. */
  public PolicyName(Place place, String name) {
    this(Optional.of(place), name);
  }

  /** A name that stands on the command line. */
  public PolicyName(String name) {
    this(Optional.empty(), name);
  }
}
