package io.github.gmem4j.cli.scenario;

import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.vm.Gpa;

/**
 * A memory slot.
 *
 * @param place where it is described
 * @param gpa where the guest finds its first page
 * @param pages the pages of the guest memory that lie there
 */
public record SlotLayout(Place place, Gpa gpa, PageRange pages) {}
