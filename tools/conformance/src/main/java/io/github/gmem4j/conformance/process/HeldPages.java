package io.github.gmem4j.conformance.process;

import java.util.List;

/** Pages that a pipe or a registered buffer refers to. */
public interface HeldPages {
  /** Returns how many there are. */
  int count();

  /** Returns each page's first byte, 0 to 255, as its holder reads it now. A pipe reads once. */
  List<Long> firstBytes();

  /** Releases the references. */
  void release();
}
