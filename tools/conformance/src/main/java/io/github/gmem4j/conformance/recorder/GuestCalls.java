package io.github.gmem4j.conformance.recorder;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.conformance.operation.VmmAnswer;
import java.util.List;
import java.util.Optional;

/** How the recorder's VMM answers a guest that asks to change pages. */
public final class GuestCalls {
  /** Most pages that are converted for one call; a range that wraps around is refused too. */
  static final long MOST_PAGES = 4096;

  private final RangeConverter converter;

  /** Creates the VMM that converts in one way. */
  public GuestCalls(RangeConverter converter) {
    this.converter = converter;
  }

  /** Answers a call as the recording says the VMM did. */
  public Answered answer(Exit.MapGpaRange call, VmmAnswer answer) {
    return switch (answer) {
      case VmmAnswer.Convert convert -> convert(call);
      case VmmAnswer.Refuse refuse -> new Answered(Optional.empty(), refuse.ret());
      case VmmAnswer.Ignore ignore -> new Answered(Optional.empty(), Answered.DONE);
    };
  }

  private Answered convert(Exit.MapGpaRange call) {
    boolean refused =
        Long.compareUnsigned(call.pages().value(), MOST_PAGES) > 0 || call.range().isEmptyOrWraps();
    return refused
        ? new Answered(Optional.of(List.of()), -Errno.EINVAL.number())
        : converter.convert(call);
  }
}
