/** The lock order of the engine, asserted. */
package io.github.gmem4j.core.lock;
