/**
 * The built-in policy: KVM's software-protected VM, with the plain hypercall and no hardware. What
 * the engine does when no architecture is plugged in, and what real kernels offer without special
 * hardware.
 */
package io.github.gmem4j.core.softwareprotected;
