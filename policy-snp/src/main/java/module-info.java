/**
 * Conversion policy for AMD SEV-SNP: page state changes through the GHCB, {@code
 * KVM_EXIT_HYPERCALL}, the reverse map table.
 *
 * <p>Begin with {@link io.github.gmem4j.policy.snp.SnpPolicy}. Stability: experimental until 1.0.
 */
@org.jspecify.annotations.NullMarked
module io.github.gmem4j.policy.snp {
  requires transitive io.github.gmem4j.api;
  requires transitive com.google.guice;
  requires static org.jspecify;

  exports io.github.gmem4j.policy.snp;
  exports io.github.gmem4j.policy.snp.ghcb;
  exports io.github.gmem4j.policy.snp.rmp;

  provides io.github.gmem4j.api.policy.ConversionPolicy with
      io.github.gmem4j.policy.snp.SnpPolicy;
}
