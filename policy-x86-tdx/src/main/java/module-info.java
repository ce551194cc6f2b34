/**
 * Conversion policy for Intel TDX: MapGPA, {@code KVM_EXIT_HYPERCALL}, the S-EPT model.
 *
 * <p>Begin with {@link io.github.gmem4j.policy.tdx.TdxPolicy}. Stability: experimental until 1.0.
 */
@org.jspecify.annotations.NullMarked
module io.github.gmem4j.policy.tdx {
  requires transitive io.github.gmem4j.api;
  requires transitive com.google.guice;
  requires static org.jspecify;

  exports io.github.gmem4j.policy.tdx;
  exports io.github.gmem4j.policy.tdx.sept;
  exports io.github.gmem4j.policy.tdx.tdcall;

  provides io.github.gmem4j.api.policy.ConversionPolicy with
      io.github.gmem4j.policy.tdx.TdxPolicy,
      io.github.gmem4j.policy.tdx.TdxVariants.InRun,
      io.github.gmem4j.policy.tdx.TdxVariants.InRunSuccess;
}
