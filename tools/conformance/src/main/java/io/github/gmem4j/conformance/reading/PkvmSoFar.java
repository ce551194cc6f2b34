package io.github.gmem4j.conformance.reading;

import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.conformance.pkvm.operation.GuestOperation;
import io.github.gmem4j.conformance.pkvm.operation.HostOperation;
import io.github.gmem4j.conformance.pkvm.operation.MappingOperation;
import io.github.gmem4j.conformance.pkvm.operation.PinOperation;
import io.github.gmem4j.conformance.pkvm.operation.PkvmOperation;
import io.github.gmem4j.conformance.pkvm.operation.Reach;
import io.github.gmem4j.conformance.pkvm.operation.SlotOperation;
import io.github.gmem4j.conformance.pkvm.operation.StartHost;
import io.github.gmem4j.conformance.pkvm.operation.VmOperation;
import io.github.gmem4j.conformance.recording.Result;
import java.util.HashSet;
import java.util.Set;

/** What the lines of a sequence of generation P so far say; the next must agree with it. */
final class PkvmSoFar {
  private final ProcessSoFar process = new ProcessSoFar();
  private final Set<Integer> vms = new HashSet<>(Set.of(0));
  private int inUse;

  /**
   * Takes note of a line.
   *
   * @throws MalformedLineException if it contradicts itself or a line before it
   */
  void note(PkvmOperation operation, Result result) {
    Answer answer = new Answer(result).checked();
    switch (operation) {
      case StartHost start -> {}
      case VmOperation vm -> note(vm, answer);
      case SlotOperation slot -> vmIsThere();
      case GuestOperation action -> vmIsThere();
      case HostOperation access -> note(access, answer);
      case MappingOperation mapping -> {}
      case PinOperation.Take(long id, var kind, PageRange pages) ->
          process.pins(id, kind, pages, answer);
      case PinOperation.Release(long id, var kind) -> process.unpins(id, kind, answer);
    }
  }

  private void note(VmOperation operation, Answer answer) {
    switch (operation) {
      case VmOperation.Create create -> {
        if (vms.contains(create.vm())) {
          throw Answer.contradiction("VM " + create.vm() + " is there already");
        }
        if (!answer.failed()) {
          vms.add(create.vm());
          inUse = create.vm();
        }
      }
      case VmOperation.Use use -> {
        inUse = use.vm();
        vmIsThere();
      }
      case VmOperation.Destroy destroy -> {
        vmIsThere();
        vms.remove(inUse);
      }
    }
  }

  private void vmIsThere() {
    if (!vms.contains(inUse)) {
      throw Answer.contradiction("there is no VM " + inUse);
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

  private void by(Reach reach) {
    if (reach == Reach.CHILD) {
      process.acts();
    }
  }
}
