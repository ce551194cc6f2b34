package io.github.gmem4j.conformance.pkvm.host;

/** What an access wants of a page. */
public enum Touch {
  /** To read it. */
  LOAD,
  /** To read it through a pin, which wants a page that is not another process's as well. */
  PINNED_LOAD,
  /** To write it. */
  STORE
}
