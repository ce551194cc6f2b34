/**
 * The in-memory VM: its slots, the protection of its guest mappings against concurrent conversions,
 * its attributes where the host keeps them per VM.
 */
package io.github.gmem4j.core.vm;
