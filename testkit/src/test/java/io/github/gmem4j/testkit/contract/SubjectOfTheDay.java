package io.github.gmem4j.testkit.contract;

import io.github.gmem4j.api.policy.ConversionPolicy;
import java.util.function.Supplier;

/** A contract's implementation whose policy the test sets before it runs it. */
final class SubjectOfTheDay implements PolicyContract {
  private static volatile Supplier<ConversionPolicy> today = AlteredPolicy::sound;

  static void is(Supplier<ConversionPolicy> policy) {
    today = policy;
  }

  @Override
  public ConversionPolicy policy() {
    return today.get();
  }

  @Override
  public boolean preservesContents() {
    return true;
  }

  @Override
  public int pagesOfLongRequest() {
    return 32;
  }
}
