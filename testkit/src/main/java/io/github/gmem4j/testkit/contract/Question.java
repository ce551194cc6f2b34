package io.github.gmem4j.testkit.contract;

import io.github.gmem4j.api.policy.ConversionPolicy;
import java.util.function.Function;

/**
 * Something that a policy was asked, and what it answered.
 *
 * @param text the question, for messages
 * @param ask asks the same of a policy again
 * @param answer the answer
 * @param asItWas the answer's text at the time
 */
record Question(
    String text, Function<ConversionPolicy, Object> ask, Object answer, String asItWas) {
  static Question of(String text, Function<ConversionPolicy, Object> ask, Object answer) {
    return new Question(text, ask, answer, String.valueOf(answer));
  }
}
