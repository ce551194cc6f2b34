/** The way into the in-memory engine: {@link io.github.gmem4j.core.Engine}. */
package io.github.gmem4j.core;
