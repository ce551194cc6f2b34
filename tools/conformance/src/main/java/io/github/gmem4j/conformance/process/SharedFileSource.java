package io.github.gmem4j.conformance.process;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.ReferenceKind;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A shared mapping of a memfd that is as long as the mapping: both sides of a fork see one file.
 */
public final class SharedFileSource implements PageSource {
  private final Map<Long, HostPage> file;

  /** Creates a new, empty file. */
  public SharedFileSource() {
    this(new HashMap<>());
  }

  private SharedFileSource(Map<Long, HostPage> file) {
    this.file = file;
  }

  @Override
  public HostAccess load(ByteOffset at, byte[] into) {
    page(at.page()).load(at.inPage(), into);
    return HostAccess.DONE;
  }

  @Override
  public HostAccess store(ByteOffset at, byte[] from) {
    page(at.page()).store(at.inPage(), from);
    return HostAccess.DONE;
  }

  @Override
  public boolean touch(PageIndex page, Touch how) {
    page(page);
    return true;
  }

  @Override
  public Optional<HeldPage> hold(PageIndex page, ReferenceKind kind, String holder) {
    return Optional.of(page(page).hold(kind));
  }

  @Override
  public void drop(PageRange pages) {
    // The file keeps its pages; the next touch finds them again.
  }

  @Override
  public Optional<Errno> punch(PageRange pages) {
    file.keySet().removeIf(page -> pages.contains(new PageIndex(page)));
    return Optional.empty();
  }

  @Override
  public void unmap(PageRange pages) {
    // The file keeps its pages.
  }

  @Override
  public PageSource fork() {
    return new SharedFileSource(file);
  }

  @Override
  public Touch lockingTouch() {
    return Touch.READ;
  }

  @Override
  public void close() {
    // The child's mapping keeps the file alive, and so does the map they share.
  }

  private HostPage page(PageIndex page) {
    return file.computeIfAbsent(page.value(), index -> new HostPage());
  }
}
