package io.github.gmem4j.conformance.pkvm.host;

import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.policy.Folio;
import org.jspecify.annotations.Nullable;

/** One page of RAM, zero when new. */
public final class PhysicalPage implements Folio {
  private final long pfn;
  private int pins;

  /** Absent while the page is zero: most pages are never written. */
  private byte @Nullable [] bytes;

  PhysicalPage(long pfn) {
    this.pfn = pfn;
  }

  /** Returns a byte as an unsigned number. */
  public int load(int inPage) {
    return bytes == null ? 0 : bytes[inPage] & 0xff;
  }

  /** Replaces a byte. */
  public void store(int inPage, int value) {
    if (bytes == null) {
      bytes = new byte[Page.BYTES];
    }
    bytes[inPage] = (byte) value;
  }

  /** Takes a long-term reference: the page may not move. */
  public void pin() {
    pins++;
  }

  /** Drops a long-term reference. */
  public void unpin() {
    pins--;
  }

  boolean isPinned() {
    return pins > 0;
  }

  /** Takes over the bytes of another page. */
  void copy(PhysicalPage from) {
    bytes = from.bytes == null ? null : from.bytes.clone();
  }

  @Override
  public long pfn() {
    return pfn;
  }

  @Override
  public void zero() {
    bytes = null;
  }

  @Override
  public void fill(byte[] content) {
    if (content.length != Page.BYTES) {
      throw new IllegalArgumentException("not one page: " + content.length + " bytes");
    }
    bytes = content.clone();
  }

  @Override
  public void scramble() {
    throw new UnsupportedOperationException("pKVM encrypts nothing");
  }

  @Override
  public String toString() {
    return "page 0x" + Long.toHexString(pfn);
  }
}
