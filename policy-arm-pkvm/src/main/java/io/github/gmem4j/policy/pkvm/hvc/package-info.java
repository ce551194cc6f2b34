/**
 * The guest's side of the conduit: HVC registers, function ids and return codes. Stability:
 * experimental until 1.0.
 */
package io.github.gmem4j.policy.pkvm.hvc;
