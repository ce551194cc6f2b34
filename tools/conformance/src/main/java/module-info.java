/**
 * Conformance: compares the in-memory engine with real kernels, operation by operation, and reports
 * every result that differs.
 *
 * <p>Begin with {@code conformance.Replay} (recordings of a real kernel) or {@code
 * conformance.Differential} (random operations on the engine and on this host's kernel at the same
 * time: {@code random} makes them up, {@code lockstep} does them on both sides). The packages
 * follow the road of a line: {@code reading} (bytes to typed operations), {@code operation} and
 * {@code recording} (the types), {@code playing} (with the {@code recorder} that made the recording
 * and its host {@code process}, which is modelled or {@code real}), {@code comparing}. Recordings
 * of pKVM take the same road with operations, a host and players of their own, under {@code pkvm}.
 */
@org.jspecify.annotations.NullMarked
module io.github.gmem4j.conformance {
  requires com.fasterxml.jackson.core;
  requires transitive io.github.gmem4j.api;
  requires io.github.gmem4j.backend.kvm;
  requires io.github.gmem4j.core;
  requires io.github.gmem4j.policy.pkvm;
  requires static transitive org.jspecify;

  exports io.github.gmem4j.conformance;
}
