/** Measures the shareability tracker beside the structures one might use in its place. */
@NullMarked
package io.github.gmem4j.benchmarks.tracker;

import org.jspecify.annotations.NullMarked;
