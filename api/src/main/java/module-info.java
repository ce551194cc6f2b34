/**
 * The contracts of gmem4j: what a VMM, a policy, a participant and a backend say to each other.
 *
 * <p>Nothing here assumes the in-memory engine: every interface can also stand in front of a real
 * {@code /dev/kvm}. The packages follow the road of one request: {@code guest} (what the guest
 * does), {@code vm} (exits and replies), {@code policy} (who decides what), {@code participant}
 * (who must let go first), {@code memory} (the conversion itself).
 */
@org.jspecify.annotations.NullMarked
module io.github.gmem4j.api {
  requires static transitive org.jspecify;

  exports io.github.gmem4j.api.guest;
  exports io.github.gmem4j.api.memory;
  exports io.github.gmem4j.api.participant;
  exports io.github.gmem4j.api.policy;
  exports io.github.gmem4j.api.road;
  exports io.github.gmem4j.api.seam;
  exports io.github.gmem4j.api.vm;
}
