package io.github.gmem4j.core.memory;

import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.policy.Folio;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One page: its bytes, who has it mapped, who holds a reference.
 *
 * <p>Page tables are kept here, on the page, rather than in each table: only pages that exist can
 * be mapped, and a conversion looks at exactly those. The two arrays are copy-on-write: read
 * without a lock, changed under the page's own monitor, which is the innermost of all.
 */
public final class PhysicalPage implements Folio {
  private static final PageTable[] UNMAPPED = {};
  private static final PageReference[] UNREFERENCED = {};

  private final long pfn;
  private volatile byte @Nullable [] bytes;
  private volatile boolean populated;
  private volatile boolean poisoned;
  private volatile boolean quarantined;
  private volatile @Nullable GuestSide owner;
  private volatile PageTable[] mappedIn = UNMAPPED;
  private volatile PageReference[] references = UNREFERENCED;

  PhysicalPage(long pfn) {
    this.pfn = pfn;
  }

  @Override
  public long pfn() {
    return pfn;
  }

  boolean isPopulated() {
    return populated;
  }

  /** Zeroes the page at its first touch; later calls have no effect. */
  void populate() {
    populated = true;
  }

  /** Tells whether a hardware memory error hit the page. */
  public boolean isPoisoned() {
    return poisoned;
  }

  void poison() {
    poisoned = true;
  }

  /** Returns the VM that the page belongs to; null if to none. See {@link Ownership}. */
  @Nullable GuestSide owner() {
    return owner;
  }

  /** The page belongs to a VM from now on, or to none. Under the memory's lock. */
  void belongTo(@Nullable GuestSide guest) {
    owner = guest;
  }

  /** Tells whether a platform has taken the page out of use for good. */
  boolean isQuarantined() {
    return quarantined;
  }

  /** Takes the page out of use for good. */
  public void quarantine() {
    quarantined = true;
  }

  /** Loads a byte. */
  public byte load(int inPage) {
    byte[] current = bytes;
    return current == null ? 0 : current[inPage];
  }

  void load(int inPage, byte[] into, int at, int length) {
    byte[] current = bytes;
    if (current == null) {
      Arrays.fill(into, at, at + length, (byte) 0);
    } else {
      System.arraycopy(current, inPage, into, at, length);
    }
  }

  /** Stores a byte. */
  public void store(int inPage, byte value) {
    writableBytes()[inPage] = value;
  }

  void store(int inPage, byte[] from, int at, int length) {
    System.arraycopy(from, at, writableBytes(), inPage, length);
  }

  /** A page that was never written holds no array: it reads as zero. */
  private byte[] writableBytes() {
    byte[] current = bytes;
    if (current == null) {
      synchronized (this) {
        current = bytes;
        if (current == null) {
          current = new byte[Page.BYTES];
          bytes = current;
        }
      }
    }
    return current;
  }

  @Override
  public synchronized void zero() {
    bytes = null;
  }

  @Override
  public void fill(byte[] source) {
    if (source.length != Page.BYTES) {
      throw new IllegalArgumentException("not one page: " + source.length + " bytes");
    }
    populate();
    store(0, source, 0, Page.BYTES);
  }

  /** Loads a byte as a reader without the guest's key sees it; the page does not change. */
  byte loadWithoutKey(int inPage) {
    byte[] current = bytes;
    byte[] seen = current == null ? new byte[Page.BYTES] : current.clone();
    scramble(seen);
    return seen[inPage];
  }

  @Override
  public void scramble() {
    scramble(writableBytes());
  }

  private void scramble(byte[] current) {
    long key = (pfn + 1) * 0x9E3779B97F4A7C15L;
    for (int i = 0; i < Page.BYTES; i++) {
      key = key * 6364136223846793005L + 1442695040888963407L;
      current[i] = (byte) (current[i] ^ (key >>> 56) ^ 0xA5);
    }
  }

  boolean isMappedIn(PageTable table) {
    for (PageTable mapped : mappedIn) {
      if (mapped == table) {
        return true;
      }
    }
    return false;
  }

  void mapIn(PageTable table) {
    if (isMappedIn(table)) {
      return;
    }
    synchronized (this) {
      PageTable[] old = mappedIn;
      if (old.length == 0) {
        mappedIn = table.alone();
      } else if (!isMappedIn(table)) {
        PageTable[] added = Arrays.copyOf(old, old.length + 1);
        added[old.length] = table;
        mappedIn = added;
      }
    }
  }

  void unmapFrom(PageTable table) {
    if (!isMappedIn(table)) {
      return;
    }
    synchronized (this) {
      mappedIn = without(mappedIn, table);
    }
  }

  /** Removes the page from the page tables of every host process. */
  void unmapFromHost() {
    if (mappedIn.length == 0) {
      return;
    }
    synchronized (this) {
      for (PageTable table : mappedIn) {
        if (table.owner() == PageTable.Owner.HOST) {
          mappedIn = without(mappedIn, table);
        }
      }
    }
  }

  private static PageTable[] without(PageTable[] tables, PageTable gone) {
    if (tables.length == 1) {
      return tables[0] == gone ? UNMAPPED : tables;
    }
    return Arrays.stream(tables).filter(table -> table != gone).toArray(PageTable[]::new);
  }

  /** Returns the references, oldest first; the array must not be changed. */
  PageReference[] references() {
    return references;
  }

  synchronized void addReference(PageReference reference) {
    PageReference[] added = Arrays.copyOf(references, references.length + 1);
    added[added.length - 1] = reference;
    references = added;
  }

  synchronized void dropReference(PageReference reference) {
    PageReference[] left =
        Arrays.stream(references).filter(held -> held != reference).toArray(PageReference[]::new);
    references = left.length == 0 ? UNREFERENCED : left;
  }
}
