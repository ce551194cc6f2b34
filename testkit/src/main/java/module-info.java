/**
 * What tests of policies, participants and VMMs are written with.
 *
 * <p>Authors of a policy begin with {@code testkit.contract.PolicyContract}; authors of a VMM or a
 * participant with {@code testkit.junit.GuestMemoryTest}.
 */
@org.jspecify.annotations.NullMarked
module io.github.gmem4j.testkit {
  requires transitive io.github.gmem4j.api;
  requires transitive io.github.gmem4j.core;
  requires transitive org.junit.jupiter.api;
  requires static transitive org.jspecify;

  exports io.github.gmem4j.testkit.asserting;
  exports io.github.gmem4j.testkit.contract;
  exports io.github.gmem4j.testkit.junit;
  exports io.github.gmem4j.testkit.rule;
  exports io.github.gmem4j.testkit.value;
  exports io.github.gmem4j.testkit.world;
}
