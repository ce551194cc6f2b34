package io.github.gmem4j.conformance.pkvm.host;

import org.jspecify.annotations.Nullable;

/** A memfd, mapped shared: both sides of a fork see one file. */
final class FileStore implements PageStore {
  private final PhysicalMemory ram;
  private final @Nullable PhysicalPage[] pages;

  FileStore(PhysicalMemory ram, int pages) {
    this.ram = ram;
    this.pages = new PhysicalPage[pages];
  }

  /** Returns the page of the file; made if there was none. */
  @Override
  public PhysicalPage forLoad(int page) {
    PhysicalPage present = pages[page];
    if (present == null) {
      present = ram.allocate();
      pages[page] = present;
    }
    return present;
  }

  @Override
  public PhysicalPage forStore(int page) {
    return forLoad(page);
  }

  @Override
  public boolean unshare(int page) {
    return false;
  }

  @Override
  public void drop(int page) {
    // The file keeps its page; the next touch finds it again.
  }

  /** Punches a hole: the file gets a new page at the next touch. */
  void punch(int page) {
    pages[page] = null;
  }

  @Override
  public boolean isCopiedAtFork() {
    return false;
  }

  @Override
  public FileStore fork() {
    return this;
  }

  @Override
  public void exit() {
    // The other process still has the file.
  }
}
