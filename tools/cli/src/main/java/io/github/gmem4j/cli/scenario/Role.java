package io.github.gmem4j.cli.scenario;

import io.github.gmem4j.api.memory.PageRange;

/** A participant of conversions: what kind, by which name, for which pages. */
public sealed interface Role {
  /**
   * A driver process that maps the memory. It finishes its I/O, stops and unmaps before pages
   * become private, and goes on without them.
   */
  record Driver(String name, PageRange pages) implements Role {}

  /**
   * An IOMMU that maps all shared pages among {@code pages} for a device, which pins them for long.
   */
  record Iommu(String name, PageRange pages) implements Role {}

  /**
   * Somebody who does not let pages become private.
   *
   * @param reason what it says
   */
  record Refuser(String name, PageRange pages, String reason) implements Role {}

  /** Returns the participant's name. */
  String name();

  /** Returns the pages it is about. */
  PageRange pages();
}
