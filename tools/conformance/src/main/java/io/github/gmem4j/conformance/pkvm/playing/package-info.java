/** Doing over what was recorded under pKVM: one class for each group of operations. */
package io.github.gmem4j.conformance.pkvm.playing;
