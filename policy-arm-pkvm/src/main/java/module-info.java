/**
 * Conversion policies for Arm pKVM: MEM_SHARE and MEM_UNSHARE, {@code KVM_EXIT_UNSHARE}, page
 * ownership at EL2.
 *
 * <p>Begin with {@link io.github.gmem4j.policy.pkvm.PkvmVariant}. Stability: experimental until
 * 1.0.
 */
@org.jspecify.annotations.NullMarked
module io.github.gmem4j.policy.pkvm {
  requires transitive io.github.gmem4j.api;
  requires transitive com.google.guice;
  requires static org.jspecify;

  exports io.github.gmem4j.policy.pkvm;
  exports io.github.gmem4j.policy.pkvm.el2;
  exports io.github.gmem4j.policy.pkvm.hvc;
  exports io.github.gmem4j.policy.pkvm.kvm;

  provides io.github.gmem4j.api.policy.ConversionPolicy with
      io.github.gmem4j.policy.pkvm.PkvmVariants.AskAgain,
      io.github.gmem4j.policy.pkvm.PkvmVariants.OneTry,
      io.github.gmem4j.policy.pkvm.PkvmVariants.RunOn,
      io.github.gmem4j.policy.pkvm.PkvmVariants.UnmapFirst,
      io.github.gmem4j.policy.pkvm.PkvmVariants.SuccessFirst,
      io.github.gmem4j.policy.pkvm.PkvmVariants.PendingPrivate,
      io.github.gmem4j.policy.pkvm.PkvmVariants.Mainline,
      io.github.gmem4j.policy.pkvm.PkvmVariants.Android;
}
