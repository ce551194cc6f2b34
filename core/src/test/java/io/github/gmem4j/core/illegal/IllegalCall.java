package io.github.gmem4j.core.illegal;

import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.KernelResult;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A call that must fail.
 *
 * @param what the call and its arguments
 * @param expected the kernel's answer
 * @param call makes it; empty if it succeeded
 */
record IllegalCall(String what, Errno expected, Supplier<Optional<Errno>> call) {
  static IllegalCall converting(
      String what, Errno expected, Supplier<ConversionOutcome> conversion) {
    return new IllegalCall(what, expected, () -> conversion.get().errno());
  }

  static IllegalCall of(String what, Errno expected, Supplier<KernelResult<?>> call) {
    return new IllegalCall(
        what,
        expected,
        () ->
            call.get() instanceof KernelResult.Failed<?> failed
                ? Optional.of(failed.errno())
                : Optional.empty());
  }
}
