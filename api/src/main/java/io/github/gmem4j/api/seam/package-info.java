/**
 * Where choice enters: time, waiting and faults come through these interfaces and from nowhere
 * else, so that a simulation owns them. For authors of tests and of hosts. Stability: experimental.
 */
package io.github.gmem4j.api.seam;
