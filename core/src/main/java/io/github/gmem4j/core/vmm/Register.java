package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.GfnRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Every request under way, so that those for overlapping frames exclude each other: from before the
 * first participant is asked until the last one has had the last word, whoever converts.
 *
 * <p>A request with the kernel belongs to whoever {@linkplain #replace replaces} it first; any
 * other to the thread that answers its vCPU's exit. Thread-safe; nothing foreign is called under
 * its lock.
 */
final class Register {
  /** What came of a request's attempt to get its turn. */
  sealed interface Entry {
    /** It has it; this is its next value. */
    record Entered(Request request) implements Entry {}

    /** Another request comes first. */
    record InTheWay(Request request) implements Entry {}
  }

  private final List<Request> requests = new ArrayList<>();

  /** Adds a request that waits for its turn. */
  synchronized void add(Request request) {
    assert !request.excludes() : request;
    requests.add(request);
  }

  /**
   * Gives a request its turn if no other concerns one of its frames. Where the kernel is going to
   * give the frames the same state anyhow, everybody is ready already, and the request takes the
   * place of the older one.
   */
  synchronized Entry enter(Request request) {
    for (Request other : requests) {
      if (other.excludes() && other.frames().overlaps(request.frames())) {
        return other.stage() instanceof Stage.WithKernel with
                && with.turn() == Stage.KernelsTurn.COMPLETED
                && other.mayBeTakenOverBy(request)
            ? new Entry.Entered(takeOver(request, other, with.roll()))
            : new Entry.InTheWay(other);
      }
    }
    Request entered = request.at(Stage.PLANNING);
    replace(request, entered);
    return new Entry.Entered(entered);
  }

  private Request takeOver(Request request, Request older, Roll roll) {
    Request taken =
        new Request(
            request.vcpu(),
            request.wish(),
            older.frames(),
            request.patience(),
            new Stage.WithKernel(roll));
    requests.removeIf(older::isVery);
    replace(request, taken);
    return taken;
  }

  /**
   * Replaces a request by its next value, if nobody else has.
   *
   * @return whether it was still there
   */
  synchronized boolean replace(Request request, Request next) {
    boolean there = replaced(request, next);
    assert isExclusive() : requests;
    return there;
  }

  /** Removes a request that is over. */
  synchronized void remove(Request request) {
    requests.removeIf(request::isVery);
  }

  /** Returns the value that a request of the kernel's has now; empty if it has it no more. */
  synchronized Optional<Request> current(Request request) {
    return requests.stream()
        .filter(Request::isWithKernel)
        .filter(now -> now.vcpu() == request.vcpu() && now.frames().equals(request.frames()))
        .findFirst();
  }

  /** Returns the requests that the kernel has. */
  synchronized List<Request> withKernel() {
    if (requests.isEmpty()) {
      return List.of();
    }
    return requests.stream().filter(Request::isWithKernel).toList();
  }

  /**
   * The kernel has converted frames while a vCPU ran: with its request for them, or because they
   * were still coming.
   */
  synchronized void converted(int vcpu, GfnRange frames, Shareability state) {
    requests.replaceAll(request ->
        request.isWithKernel()
                && (request.vcpu() == vcpu || !request.isInRun())
                && request.wish().target() == state
                && request.frames().overlaps(frames)
            ? request.converted(frames)
            : request);
  }

  /** The kernel has completed what a vCPU ran with. */
  synchronized void completed(int vcpu) {
    requests.replaceAll(request ->
        request.vcpu() == vcpu && request.isInRun()
            ? request.inKernel(Stage.KernelsTurn.COMPLETED)
            : request);
  }

  private boolean replaced(Request request, Request next) {
    for (int i = 0; i < requests.size(); i++) {
      if (requests.get(i).isVery(request)) {
        requests.set(i, next);
        return true;
      }
    }
    return false;
  }

  private boolean isExclusive() {
    for (int i = 0; i < requests.size(); i++) {
      for (Request later : requests.subList(i + 1, requests.size())) {
        Request one = requests.get(i);
        if (one.excludes() && later.excludes() && one.frames().overlaps(later.frames())) {
          return false;
        }
      }
    }
    return true;
  }
}
