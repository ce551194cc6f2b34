package io.github.gmem4j.api.memory;

/** The steps of a conversion, in their order. All that can fail comes before the last two. */
public enum ConversionPhase {
  /** The arguments are checked. */
  VALIDATE,
  /** Everything that can run out is reserved. */
  RESERVE,
  /** To private only: host page tables are emptied and references are counted. */
  CHECK_REFERENCES,
  /** The guest loses its mappings of the old kind; from here on nothing can fail. */
  ZAP_GUEST,
  /** The new state is stored. */
  STORE
}
