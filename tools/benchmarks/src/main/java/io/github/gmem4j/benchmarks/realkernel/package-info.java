/** The Java binding beside a C program that makes the same calls on {@code /dev/kvm}. */
@NullMarked
package io.github.gmem4j.benchmarks.realkernel;

import org.jspecify.annotations.NullMarked;
