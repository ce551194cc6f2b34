package io.github.gmem4j.benchmarks.tracker;

/** The guests that are measured. */
public enum GuestSize {
  GIB_64("64GiB", 1 << 24),
  TIB_1("1TiB", 1 << 28);

  private final String label;
  private final int pages;

  GuestSize(String label, int pages) {
    this.label = label;
    this.pages = pages;
  }

  /** The size as it is written in results and on the command line. */
  String label() {
    return label;
  }

  int pages() {
    return pages;
  }

  static GuestSize of(String label) {
    for (GuestSize size : values()) {
      if (size.label.equals(label)) {
        return size;
      }
    }
    throw new IllegalArgumentException("no such size: " + label);
  }
}
