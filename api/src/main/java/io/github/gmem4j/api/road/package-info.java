/**
 * What happened on the road of a request, event by event: for timelines, diagrams, metrics and
 * tests. Stability: experimental until 1.0.
 */
package io.github.gmem4j.api.road;
