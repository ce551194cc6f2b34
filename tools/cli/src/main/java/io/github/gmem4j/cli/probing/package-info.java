/** What a host's KVM can do, and what that means for this library. */
package io.github.gmem4j.cli.probing;
