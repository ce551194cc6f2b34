package io.github.gmem4j.cli.scenario;

/**
 * Which architecture a scenario plays on.
 *
 * @param place where it is named
 * @param name the policy's name, not looked up yet
 */
public record PolicyName(Place place, String name) {}
