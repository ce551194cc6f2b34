package io.github.gmem4j.conformance.process;

import io.github.gmem4j.api.memory.Accessor;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import java.util.Optional;

/** A shared mapping of a guest memory. All that matters is decided by the memory. */
public final class GuestMemorySource implements PageSource {
  private final GuestMemory memory;
  private final HostMapping mapping;
  private final byte[] touched = new byte[1];

  /** Creates the source behind a mapping of a memory. */
  public GuestMemorySource(GuestMemory memory, HostMapping mapping) {
    this.memory = memory;
    this.mapping = mapping;
  }

  @Override
  public HostAccess load(ByteOffset at, byte[] into) {
    return mapping.load(at, into);
  }

  @Override
  public HostAccess store(ByteOffset at, byte[] from) {
    return mapping.store(at, from);
  }

  @Override
  public boolean touch(PageIndex page, Touch how) {
    // A load populates as much as a store does, and leaves the bytes alone.
    return mapping.load(page.offset(), touched) instanceof HostAccess.Done;
  }

  @Override
  public Optional<HeldPage> hold(PageIndex page, ReferenceKind kind, String holder) {
    return mapping.pin(page, kind, Accessor.CPU, holder) instanceof KernelResult.Ok<Pin> ok
        ? Optional.of(new Pinned(ok.value()))
        : Optional.empty();
  }

  @Override
  public void drop(PageRange pages) {
    mapping.drop(pages);
  }

  @Override
  public Optional<Errno> punch(PageRange pages) {
    return memory.punchHole(pages.bytes()) instanceof KernelResult.Failed<?> failed
        ? Optional.of(failed.errno())
        : Optional.empty();
  }

  @Override
  public void unmap(PageRange pages) {
    mapping.drop(pages);
  }

  @Override
  public PageSource fork() {
    return new GuestMemorySource(memory, mapping.duplicate());
  }

  @Override
  public Touch lockingTouch() {
    return Touch.READ;
  }

  @Override
  public void close() {
    mapping.close();
  }

  private record Pinned(Pin pin) implements HeldPage {
    @Override
    public int firstByte() {
      return pin.load(0) & 0xff;
    }

    @Override
    public void release() {
      pin.close();
    }
  }
}
