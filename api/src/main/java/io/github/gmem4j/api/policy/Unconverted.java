package io.github.gmem4j.api.policy;

/** What it means that pages which the kernel was to convert have not changed yet. */
public enum Unconverted {
  /** They will not: the participants abort and use the pages again. */
  GIVEN_UP,
  /** They will, later and by themselves: the participants stay ready until then. */
  STILL_COMING
}
