/** A recording as data: lines, their results, and the sequences they form. */
package io.github.gmem4j.conformance.recording;
