/**
 * Guest memory in JUnit tests: {@link io.github.gmem4j.testkit.junit.GuestMemoryTest}. Stability:
 * experimental until 1.0.
 */
package io.github.gmem4j.testkit.junit;
