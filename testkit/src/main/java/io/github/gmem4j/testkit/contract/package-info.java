/**
 * What every policy must do, as JUnit tests: implement {@link
 * io.github.gmem4j.testkit.contract.PolicyContract} in a test class. Each test carries the id of
 * the rule it checks. Stability: experimental until 1.0.
 */
package io.github.gmem4j.testkit.contract;
