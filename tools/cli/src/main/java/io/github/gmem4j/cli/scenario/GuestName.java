package io.github.gmem4j.cli.scenario;

/**
 * Which software runs in a scenario's guest.
 *
 * @param place where it is named
 * @param name one of those that the policy knows, not looked up yet
 */
public record GuestName(Place place, String name) {}
