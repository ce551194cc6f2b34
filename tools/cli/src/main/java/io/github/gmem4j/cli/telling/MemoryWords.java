package io.github.gmem4j.cli.telling;

import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.cli.journal.PageNames;
import io.github.gmem4j.cli.scenario.Words;
import io.github.gmem4j.core.kernel.KernelGeneration;

/**
 * What guest_memfd does, in words.
 *
 * @param kernel which generation, since the calls of 2025 have names of their own
 */
record MemoryWords(KernelGeneration kernel) {
  /** Returns a conversion and what came of it. */
  String of(ByteRange range, Shareability target, ConversionOutcome outcome) {
    return "%s: %s".formatted(call(range, target), result(range, target, outcome));
  }

  private String call(ByteRange range, Shareability target) {
    return switch (kernel) {
      case RFC_2025 -> "KVM_GMEM_CONVERT_%s %s".formatted(target, range);
      case VM_ATTRIBUTES -> "attributes of %s to %s".formatted(frames(range), Words.of(target));
      // By whichever call the kernel has for it.
      case IN_PLACE -> "converts %s to %s".formatted(range, Words.of(target));
    };
  }

  /** Where the state is the VM's, what is converted are guest addresses. */
  private static String frames(ByteRange range) {
    return GuestWords.range(new GpaRange(new Gpa(range.start().value()), range.size()));
  }

  private String result(ByteRange range, Shareability target, ConversionOutcome outcome) {
    if (kernel == KernelGeneration.VM_ATTRIBUTES && outcome.succeeded()) {
      return outcome instanceof ConversionOutcome.AlreadyThere
          ? "nothing to do"
          : "guest mapping zapped, nobody asked";
    }
    return switch (outcome) {
      case ConversionOutcome.Converted done when target == Shareability.PRIVATE ->
          "host unmapped, no reference left; %s private".formatted(pages(range));
      case ConversionOutcome.Converted done ->
          "guest mapping zapped; %s shared".formatted(pages(range));
      case ConversionOutcome.AlreadyThere there ->
          "nothing to do, %s %s already".formatted(pages(range), Words.of(target));
      case ConversionOutcome.Blocked blocked ->
          "host unmapped, but %s: EAGAIN, error_offset %s"
              .formatted(VmmWords.holders(blocked), blocked.errorOffset());
      case ConversionOutcome.OutOfMemory exhausted ->
          "ENOMEM, error_offset " + exhausted.errorOffset();
      case ConversionOutcome.Rejected rejected -> rejected.reject() + ", " + rejected.reason();
    };
  }

  private static String pages(ByteRange range) {
    long count = range.size().wholePages().value();
    return PageNames.of(range.start().page().value(), count) + (count == 1 ? " is" : " are");
  }
}
