/**
 * A small host for one test: a VM with its memory, mapping, vCPUs and coordinator, a clock that
 * only the test moves, and a timeline of what happened. Stability: experimental until 1.0.
 */
package io.github.gmem4j.testkit.world;
