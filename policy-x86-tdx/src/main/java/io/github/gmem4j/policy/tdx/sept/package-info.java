/**
 * The platform seat: a model of the TDX module's secure EPT, and what KVM does with it. The module
 * is in {@code TdxFirmware}, KVM's part in {@link io.github.gmem4j.policy.tdx.sept.SeptPlatform};
 * {@link io.github.gmem4j.policy.tdx.sept.SeptFaults} names what can be made to go wrong.
 * Stability: experimental until 1.0.
 */
package io.github.gmem4j.policy.tdx.sept;
