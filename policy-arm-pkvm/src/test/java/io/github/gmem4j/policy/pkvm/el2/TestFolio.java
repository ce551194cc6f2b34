package io.github.gmem4j.policy.pkvm.el2;

import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.policy.Folio;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/** A page with bytes in it. */
final class TestFolio implements Folio {
  private final long pfn;
  private final byte[] bytes = new byte[Page.BYTES];

  TestFolio(long pfn) {
    this.pfn = pfn;
    fillWith((int) (pfn % 255) + 1);
  }

  static FolioRun run(long firstPfn, int count) {
    List<Folio> folios =
        LongStream.range(firstPfn, firstPfn + count).<Folio>mapToObj(TestFolio::new).toList();
    return new FolioRun(folios);
  }

  void fillWith(int value) {
    Arrays.fill(bytes, (byte) value);
  }

  byte[] bytes() {
    return bytes.clone();
  }

  boolean isZero() {
    return Arrays.equals(bytes, new byte[Page.BYTES]);
  }

  @Override
  public long pfn() {
    return pfn;
  }

  @Override
  public void zero() {
    fillWith(0);
  }

  @Override
  public void fill(byte[] content) {
    System.arraycopy(content, 0, bytes, 0, Page.BYTES);
  }

  @Override
  public void scramble() {
    throw new AssertionError("pKVM encrypts nothing");
  }

  @Override
  public String toString() {
    return "page 0x" + Long.toHexString(pfn);
  }
}
