/** Guest kernels: how Linux, EDK2 and OpenHCL ask for conversions and read the answers. */
package io.github.gmem4j.policy.tdx.guest;
