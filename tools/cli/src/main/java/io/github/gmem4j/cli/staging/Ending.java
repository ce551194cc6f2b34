package io.github.gmem4j.cli.staging;

/** How a vCPU's program ended. */
public enum Ending {
  /** The guest halted, or does something that is not about memory. */
  BY_ITSELF,
  /** The guest cannot go on or has ended itself, so the VMM has stopped the VM. */
  STOPPED,
  /** No end was in sight. */
  NONE
}
