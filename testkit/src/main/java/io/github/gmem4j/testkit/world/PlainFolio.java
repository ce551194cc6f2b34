package io.github.gmem4j.testkit.world;

import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.policy.Folio;
import java.util.Arrays;

/** A page of its own, for tests of a platform without any VM. Not thread-safe. */
public final class PlainFolio implements Folio {
  private static final int SCRAMBLER = 0x5a;

  private final long pfn;
  private byte[] bytes = new byte[Page.BYTES];

  /** Creates a page of zeroes. */
  public PlainFolio(long pfn) {
    this.pfn = pfn;
  }

  /** Returns a copy of the bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public long pfn() {
    return pfn;
  }

  @Override
  public void zero() {
    Arrays.fill(bytes, (byte) 0);
  }

  @Override
  public void fill(byte[] page) {
    if (page.length != Page.BYTES) {
      throw new IllegalArgumentException("not one page: " + page.length + " bytes");
    }
    bytes = page.clone();
  }

  @Override
  public void scramble() {
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (bytes[i] ^ SCRAMBLER ^ pfn ^ i);
    }
  }

  @Override
  public String toString() {
    return "pfn 0x" + Long.toHexString(pfn);
  }
}
