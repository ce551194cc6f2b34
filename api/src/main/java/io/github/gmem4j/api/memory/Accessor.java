package io.github.gmem4j.api.memory;

/** Who reads and writes through a reference on a page. */
public enum Accessor {
  /** A CPU of the host, past user space's page tables: a pipe, a registered buffer, vhost. */
  CPU,
  /** A device that masters the bus, past the page tables of every CPU: DMA. */
  DEVICE
}
