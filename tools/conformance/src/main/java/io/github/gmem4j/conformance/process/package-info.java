/**
 * The host process of a recording: its mappings, what lies behind them, its child, and the
 * references it takes. Everything here stands on the public contracts of guest memory.
 *
 * <p>Like the recorder itself, one process model belongs to one thread.
 */
package io.github.gmem4j.conformance.process;
