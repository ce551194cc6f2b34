/**
 * The system calls this backend makes, behind one interface: the real ones through {@code
 * java.lang.foreign}, others in tests. For tests and tracing. Stability: experimental.
 */
package io.github.gmem4j.backend.kvm.syscall;
