/**
 * The VMM seat: from an exit to a reply, through participants and the conversion. Works over any
 * backend. For VMM authors: {@link io.github.gmem4j.core.vmm.Coordinator}.
 */
package io.github.gmem4j.core.vmm;
