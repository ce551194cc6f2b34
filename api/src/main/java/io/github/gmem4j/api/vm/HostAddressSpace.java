package io.github.gmem4j.api.vm;

import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.Signal;

/**
 * The VMM process's memory, through which a guest reaches slots (or pages) that no guest_memfd
 * serves.
 *
 * <p>A backend over a real kernel does not need it: there the process is the real one. Called with
 * no lock held. Implementations must be thread-safe and must not call back into the VM.
 */
public interface HostAddressSpace {
  /** A process with nothing mapped. */
  HostAddressSpace EMPTY =
      new HostAddressSpace() {
        @Override
        public HostAccess load(HostVirtualAddress at, byte[] into) {
          return new HostAccess.Fault(Signal.SIGSEGV, "nothing is mapped at " + at);
        }

        @Override
        public HostAccess store(HostVirtualAddress at, byte[] from) {
          return new HostAccess.Fault(Signal.SIGSEGV, "nothing is mapped at " + at);
        }
      };

  /** Loads bytes that lie on one page. */
  HostAccess load(HostVirtualAddress at, byte[] into);

  /** Stores bytes that lie on one page. */
  HostAccess store(HostVirtualAddress at, byte[] from);
}
