package io.github.gmem4j.cli.scenario;

/**
 * What an action is expected to yield.
 *
 * @param place where it is said
 * @param word the result in the scenario's own words
 */
public record Expectation(Place place, String word) {}
