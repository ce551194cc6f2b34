/** The world in which a scenario plays: the VM, the host around it, simulated time. */
package io.github.gmem4j.cli.staging;
