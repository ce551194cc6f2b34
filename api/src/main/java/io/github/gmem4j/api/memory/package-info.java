/**
 * Guest memory and its conversion: for VMM authors who own a guest_memfd and for backends that
 * provide one. Stability: experimental until 1.0.
 */
package io.github.gmem4j.api.memory;
