/**
 * The rules that the testkit checks, by the ids under which they stand in the Javadoc of the
 * interface they belong to. Stability: experimental until 1.0.
 */
package io.github.gmem4j.testkit.rule;
