package io.github.gmem4j.testkit.value;

import io.github.gmem4j.api.vm.Reply;
import java.util.List;

/** Makes {@link Reply}s. */
public final class Replies {
  private Replies() {}

  /** Returns a reply of each kind, and values that no sound VMM says. */
  public static List<Reply> ofEachKind() {
    return List.of(
        Reply.RESUME,
        Reply.Answer.DONE,
        Reply.Answer.RETRY,
        Reply.Answer.REFUSE,
        new Reply.Answer(-1),
        new Reply.Answer(-11),
        new Reply.Answer(1),
        new Reply.Answer(4096),
        new Reply.Answer(Long.MAX_VALUE),
        new Reply.Answer(Long.MIN_VALUE),
        new Reply.Data((byte) 0),
        new Reply.Data((byte) -1));
  }
}
