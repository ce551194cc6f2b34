/**
 * The entry: {@code Kvm.open} gives access to {@code /dev/kvm}, or says why there is none. For VMM
 * authors. Stability: experimental.
 */
package io.github.gmem4j.backend.kvm;
