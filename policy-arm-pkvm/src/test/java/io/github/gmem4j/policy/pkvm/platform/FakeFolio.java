package io.github.gmem4j.policy.pkvm.platform;

import io.github.gmem4j.api.policy.Folio;

/** A page that remembers how often it was zeroed. */
final class FakeFolio implements Folio {
  private final long pfn;
  private int zeroings;

  FakeFolio(long pfn) {
    this.pfn = pfn;
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
    zeroings++;
  }

  @Override
  public void fill(byte[] bytes) {
    throw new AssertionError("pKVM writes no bytes but zeroes");
  }

  @Override
  public void scramble() {
    throw new AssertionError("pKVM has no keys");
  }
}
