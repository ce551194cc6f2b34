/** Measures the in-memory engine: conversions end to end, and what a guest costs. */
@NullMarked
package io.github.gmem4j.benchmarks.engine;

import org.jspecify.annotations.NullMarked;
