package io.github.gmem4j.policy.tdx;

import io.github.gmem4j.api.policy.PolicyTraits;

/**
 * Who converts after a MapGPA, and how a failure shows. The first is what Linux does; the others
 * are the middle of the debate this library grew from: the VMM only lets go, and the kernel
 * converts inside {@code vcpu_run} with the function that the ioctl calls.
 */
public enum ConversionRule {
  /** The VMM, between two {@code run()} calls. */
  BY_VMM(PolicyTraits.Converter.VMM),
  /**
   * The kernel, once the VMM answers 0; a failure is a memory fault exit with an error offset.
   *
   * <p>The proposal ends there. That the VMM may answer such a memory fault with EAGAIN or EINVAL,
   * to have the guest told, is an addition of this library's: in KVM a memory fault has no return
   * value, and {@code kvm_run} shares one place among the fields of all exits. {@code Resume} is
   * what KVM has: try again.
   */
  IN_RUN_OR_FAULT(PolicyTraits.Converter.KVM),
  /**
   * The kernel, once the VMM answers 0; the guest is told success even if it failed, and the next
   * access of the wrong kind shows it.
   */
  IN_RUN_OR_SUCCESS(PolicyTraits.Converter.KVM);

  private final PolicyTraits.Converter converter;

  ConversionRule(PolicyTraits.Converter converter) {
    this.converter = converter;
  }

  /** Returns who calls for the state to change. */
  public PolicyTraits.Converter converter() {
    return converter;
  }
}
