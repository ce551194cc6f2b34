/** Doing over what was recorded: one class for each group of operations. */
package io.github.gmem4j.conformance.playing;
