package io.github.gmem4j.conformance.crowd;

import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Shareability;
import java.util.Optional;

/** What somebody did, and what was answered. Bytes are those at the beginning of a page. */
sealed interface Deed {
  /** The VMM converted pages, for a guest or of its own accord. */
  record Converted(PageRange pages, Shareability target, ConversionOutcome outcome)
      implements Deed {}

  /** The host loaded a byte. */
  record HostLoaded(long page, HostAccess access, byte value) implements Deed {}

  /** The host stored a byte. */
  record HostStored(long page, HostAccess access, byte value) implements Deed {}

  /** A guest loaded a byte. */
  record GuestLoaded(long page, byte value) implements Deed {}

  /** A guest stored a byte. */
  record GuestStored(long page, byte value) implements Deed {}

  /** The host asked for a reference; empty if it got one. */
  record Pinned(long page, Optional<Errno> failure) implements Deed {}

  /** A reference, from before it was taken until after it was dropped. */
  record Held(long page) implements Deed {}

  /** The VMM punched pages out. */
  record Punched(PageRange pages) implements Deed {}

  /** A guest's call returned: what the VMM answered, and what the guest was told. */
  record Told(long answer, long told) implements Deed {}

  /** The state as the memory tells it. */
  record StateSeen(long page, Shareability state) implements Deed {}

  /** Something that nobody may meet, whatever others do. */
  record Strange(String what) implements Deed {}
}
