package io.github.gmem4j.policy.snp.rmp;

import io.github.gmem4j.api.policy.Folio;

/** A page that counts what was done to its content. */
final class FakeFolio implements Folio {
  private final long pfn;
  private int scrambles;
  private int fills;

  FakeFolio(long pfn) {
    this.pfn = pfn;
  }

  int scrambles() {
    return scrambles;
  }

  int fills() {
    return fills;
  }

  @Override
  public long pfn() {
    return pfn;
  }

  @Override
  public void zero() {
    throw new IllegalStateException("nobody zeroes a page of an SNP guest");
  }

  @Override
  public void fill(byte[] bytes) {
    fills++;
  }

  @Override
  public void scramble() {
    scrambles++;
  }
}
