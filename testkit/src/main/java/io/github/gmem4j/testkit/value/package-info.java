/**
 * The values that tests must build: each class is named after what it makes, with one factory for
 * the common case, builders where there are many fields, and {@code ofEachKind} for tests that must
 * leave no kind out. Values are built, never mocked. Stability: experimental until 1.0.
 */
package io.github.gmem4j.testkit.value;
