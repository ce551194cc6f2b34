/**
 * What this kernel can: found by asking and by trying, never by a version number. For VMM authors
 * and for {@code gmem probe}. Stability: experimental.
 */
package io.github.gmem4j.backend.kvm.probe;
