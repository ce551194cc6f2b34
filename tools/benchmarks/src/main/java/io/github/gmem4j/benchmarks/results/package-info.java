/** What was measured, and on what. */
@NullMarked
package io.github.gmem4j.benchmarks.results;

import org.jspecify.annotations.NullMarked;
