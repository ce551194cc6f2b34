package io.github.gmem4j.conformance.reading;

import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.conformance.operation.PinKind;
import io.github.gmem4j.conformance.recording.Field;
import java.util.HashMap;
import java.util.Map;

/** What the lines of a sequence so far say about the recorder's process: its pins, its child. */
final class ProcessSoFar {
  private record Held(PinKind kind, long pages) {}

  private final Map<Long, Held> held = new HashMap<>();
  private boolean hasChild;

  void pins(long id, PinKind kind, PageRange pages, Answer answer) {
    if (held.containsKey(id)) {
      throw Answer.contradiction("id " + id + " is held already");
    }
    if (answer.failed()) {
      return;
    }
    held.put(id, new Held(kind, kind == PinKind.VMSPLICE ? spliced(pages, answer) : 0));
  }

  private static long spliced(PageRange pages, Answer answer) {
    long bytes = answer.get(Field.RET) instanceof Long ret ? ret : -1;
    long most = pages.count().value();
    if (bytes < 1 || bytes % Page.BYTES != 0 || bytes / Page.BYTES > most) {
      throw Answer.contradiction(bytes + " bytes of " + most + " pages are in the pipe");
    }
    return bytes / Page.BYTES;
  }

  void unpins(long id, PinKind kind, Answer answer) {
    Held pin = held.remove(id);
    if (pin == null) {
      throw Answer.contradiction("id " + id + " is not held");
    }
    if (pin.kind() != kind) {
      throw Answer.contradiction("id " + id + " was taken as another kind");
    }
    if (kind == PinKind.VMSPLICE) {
      answer.hasAsMany(Field.DATA, pin.pages());
    }
  }

  void forks(Answer answer) {
    if (hasChild) {
      throw Answer.contradiction("there is a child already");
    }
    hasChild = !answer.failed();
  }

  void childExits() {
    acts();
    hasChild = false;
  }

  /** The child does something. */
  void acts() {
    if (!hasChild) {
      throw Answer.contradiction("there is no child");
    }
  }
}
