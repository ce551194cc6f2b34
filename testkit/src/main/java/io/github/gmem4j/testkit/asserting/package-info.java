/**
 * Wrappers that pass every call on and check both sides of the contract: what the implementer
 * answers and how the caller calls. For tests of engines, VMMs, policies and participants. A broken
 * rule is a {@link io.github.gmem4j.testkit.rule.RuleBroken} that names it. Stability: experimental
 * until 1.0.
 */
package io.github.gmem4j.testkit.asserting;
