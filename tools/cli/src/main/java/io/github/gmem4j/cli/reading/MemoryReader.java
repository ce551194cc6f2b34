package io.github.gmem4j.cli.reading;

import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.cli.scenario.InputException;
import io.github.gmem4j.cli.scenario.MemoryLayout;
import io.github.gmem4j.cli.scenario.Place;
import java.util.Optional;

/** Reads the guest memory, and checks which pages it has. */
final class MemoryReader {
  /** Most pages that a scenario may want looked at one by one. */
  private static final long FEW = 1_000_000;

  private MemoryReader() {}

  static MemoryLayout read(Node node) {
    Fields fields = Fields.of(node, "the memory", "pages", "begins", "mappable", "image");
    MemoryLayout memory =
        new MemoryLayout(
            fields.place(),
            Values.pageCount(fields.required("pages")),
            fields.optional("begins").map(Values::state).orElse(Shareability.PRIVATE),
            fields.optional("mappable").map(Values::flag).orElse(true),
            Optional.empty());
    Optional<PageRange> image =
        fields.optional("image").map(pages -> fewOf(pagesIn(memory, pages), pages.place()));
    return new MemoryLayout(
        memory.place(), memory.pages(), memory.begins(), memory.mappable(), image);
  }

  static PageRange all(MemoryLayout memory) {
    return new PageRange(new PageIndex(0), memory.pages());
  }

  /** Reads pages that the memory must have. */
  static PageRange pagesIn(MemoryLayout memory, Node node) {
    PageRange pages = Values.pages(node);
    if (pages.endExclusive() > memory.pages().value()) {
      throw new InputException(
          node.place(),
          "the memory has %s, so its last is page %d"
              .formatted(memory.pages(), memory.pages().value() - 1));
    }
    return pages;
  }

  /** Returns pages that will be looked at one by one, if they are not too many for that. */
  static PageRange fewOf(PageRange pages, Place place) {
    if (pages.count().value() > FEW) {
      throw new InputException(
          place, "at most %d pages are looked at one by one, not %s".formatted(FEW, pages.count()));
    }
    return pages;
  }
}
