package io.github.gmem4j.conformance.reading;

import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.conformance.operation.Accessor;
import io.github.gmem4j.conformance.operation.ConversionOperation;
import io.github.gmem4j.conformance.operation.GuestOperation;
import io.github.gmem4j.conformance.operation.HostOperation;
import io.github.gmem4j.conformance.operation.MappingOperation;
import io.github.gmem4j.conformance.operation.MemoryOperation;
import io.github.gmem4j.conformance.operation.Operation;
import io.github.gmem4j.conformance.operation.PinOperation;
import io.github.gmem4j.conformance.operation.SlotOperation;
import io.github.gmem4j.conformance.operation.StartVm;
import io.github.gmem4j.conformance.operation.VmmAnswer;
import io.github.gmem4j.conformance.recording.Field;
import io.github.gmem4j.conformance.recording.Result;
import java.util.HashSet;
import java.util.Set;

/** What the lines of a sequence of generation B or C so far say; the next must agree with it. */
final class GuestMemorySoFar {
  private final ProcessSoFar process = new ProcessSoFar();
  private final Set<Integer> open = new HashSet<>();

  /**
   * Takes note of a line.
   *
   * @throws MalformedLineException if it contradicts itself or a line before it
   */
  void note(Operation operation, Result result) {
    Answer answer = new Answer(result).checked();
    switch (operation) {
      case StartVm start -> {}
      case MemoryOperation memory -> note(memory, answer);
      case SlotOperation slot -> {}
      case ConversionOperation.OfMemory of -> reaches(of, answer);
      case ConversionOperation.OfVm of -> {}
      case HostOperation access -> note(access, answer);
      case MappingOperation mapping -> {}
      case GuestOperation action -> note(action, answer);
      case PinOperation.Take(long id, var kind, int g, PageRange pages) ->
          process.pins(id, kind, pages, answer);
      case PinOperation.Release(long id, var kind) -> process.unpins(id, kind, answer);
    }
  }

  private void note(MemoryOperation operation, Answer answer) {
    switch (operation) {
      case MemoryOperation.Create create -> {
        if (open.contains(create.g())) {
          throw Answer.contradiction("g " + create.g() + " is open already");
        }
        if (!answer.failed()) {
          open.add(create.g());
        }
      }
      case MemoryOperation.Close close -> {
        if (!open.contains(close.g())) {
          throw Answer.contradiction("g " + close.g() + " is not open");
        }
        if (!answer.failed()) {
          open.remove(close.g());
        }
      }
      case MemoryOperation.QueryPopulated query ->
          answer.hasAsMany(Field.POPULATED, query.pages().count().value());
      case MemoryOperation.Fallocate fallocate -> {}
      case MemoryOperation.Truncate truncate -> {}
    }
  }

  private static void reaches(ConversionOperation.OfMemory conversion, Answer answer) {
    if (!(answer.get(Field.ERROR_OFFSET) instanceof Long at)) {
      return;
    }
    if (!answer.failed()) {
      throw Answer.contradiction("there is an error_offset and no error");
    }
    long past = at - conversion.request().range().start().value();
    if (Long.compareUnsigned(past, conversion.request().range().size().value()) >= 0) {
      throw Answer.contradiction("error_offset lies outside the range");
    }
  }

  private void note(HostOperation operation, Answer answer) {
    switch (operation) {
      case HostOperation.Fork fork -> process.forks(answer);
      case HostOperation.ChildExit exit -> process.childExits();
      case HostOperation.Load load -> by(load.by());
      case HostOperation.Store store -> by(store.by());
    }
  }

  private void by(Accessor accessor) {
    if (accessor == Accessor.CHILD) {
      process.acts();
    }
  }

  private static void note(GuestOperation operation, Answer answer) {
    if (operation instanceof GuestOperation.Hypercall call
        && !(call.answer() instanceof VmmAnswer.Convert)
        && answer.has(Field.CONVERSIONS)) {
      throw Answer.contradiction("there are conversions, and nobody was to convert");
    }
  }
}
