/**
 * The host of a recording of generation P: physical pages, the process whose memory a guest uses,
 * its child, and the kernel's own accesses. Whose a page is, is never decided here: the hypervisor
 * under test is asked.
 *
 * <p>Like the recorder itself, one host belongs to one thread.
 */
package io.github.gmem4j.conformance.pkvm.host;
