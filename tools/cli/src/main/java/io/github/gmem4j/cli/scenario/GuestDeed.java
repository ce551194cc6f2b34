package io.github.gmem4j.cli.scenario;

import io.github.gmem4j.api.guest.GuestAction;
import java.util.Optional;

/**
 * Something a guest does.
 *
 * @param action what
 * @param expected what it is to yield, if anything is expected
 */
public record GuestDeed(GuestAction action, Optional<Expectation> expected) {}
