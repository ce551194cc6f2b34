package io.github.gmem4j.policy.tdx.sept;

import io.github.gmem4j.api.policy.Folio;
import java.util.List;
import java.util.stream.LongStream;

/** A page that remembers what was last done to its content. */
final class FakeFolio implements Folio {
  static final String UNTOUCHED = "untouched";
  static final String ZEROED = "zeroed";
  static final String SCRAMBLED = "scrambled";
  static final String FILLED = "filled";

  private final long pfn;
  private String content = UNTOUCHED;
  private int zeroings;

  FakeFolio(long pfn) {
    this.pfn = pfn;
  }

  static List<FakeFolio> run(long firstPfn, int count) {
    return LongStream.range(firstPfn, firstPfn + count).mapToObj(FakeFolio::new).toList();
  }

  String content() {
    return content;
  }

  int zeroings() {
    return zeroings;
  }

  @Override
  public long pfn() {
    return pfn;
  }

  @Override
  public void zero() {
    content = ZEROED;
    zeroings++;
  }

  @Override
  public void fill(byte[] bytes) {
    content = FILLED;
  }

  @Override
  public void scramble() {
    content = SCRAMBLED;
  }
}
