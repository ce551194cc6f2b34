/**
 * What a TDX guest puts into its registers and finds there again: calls to the hypervisor
 * (TDG.VP.VMCALL) and to the TDX module (TDG.MEM.PAGE.ACCEPT, RELEASE). For authors of guest
 * programs and tests. Stability: experimental until 1.0.
 */
package io.github.gmem4j.policy.tdx.tdcall;
