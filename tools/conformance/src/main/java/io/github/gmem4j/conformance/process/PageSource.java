package io.github.gmem4j.conformance.process;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.ReferenceKind;
import java.util.Optional;

/**
 * What lies behind one mapping of one process, page tables included; offsets are the mapping's.
 * Whether a page is mapped at all is the {@link MappedArea}'s business.
 */
public sealed interface PageSource permits GuestMemorySource, SharedFileSource, AnonymousSource {
  /** Loads bytes that lie on one page. */
  HostAccess load(ByteOffset at, byte[] into);

  /** Stores bytes that lie on one page. */
  HostAccess store(ByteOffset at, byte[] from);

  /** Touches a page; tells whether it could be touched. */
  boolean touch(PageIndex page, Touch how);

  /** Touches a page as {@link ReferenceKind} demands and refers to it; empty if it cannot. */
  Optional<HeldPage> hold(PageIndex page, ReferenceKind kind, String holder);

  /** {@code MADV_DONTNEED}. */
  void drop(PageRange pages);

  /** {@code MADV_REMOVE}; empty on success. */
  Optional<Errno> punch(PageRange pages);

  /** Takes pages out of the address space. */
  void unmap(PageRange pages);

  /** Returns what lies behind the same mapping in a process that is forked now. */
  PageSource fork();

  /** How {@code mlock} touches pages: as a store where a store would need a page of its own. */
  Touch lockingTouch();

  /** Ends the mapping. */
  void close();
}
