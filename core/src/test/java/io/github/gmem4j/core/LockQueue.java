package io.github.gmem4j.core;

import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.api.seam.FaultSite;
import io.github.gmem4j.core.kernel.HostKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Calls that stand in line for one memory's lock, in a known order, while a conversion holds it. A
 * call that has passed its first checks and waits is where a careless one would be caught out.
 *
 * <p>Build the engine with this as its faults, {@link #hold} the memory, {@link #enqueue} calls one
 * after the other, {@link #letGo}.
 */
public final class LockQueue implements FaultInjector {
  private volatile Gate gate = new Gate();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean holding;

  /** Creates a queue that holds nobody. */
  public LockQueue() {}

  @Override
  public boolean injects(FaultSite site, long subject) {
    if (holding && site.equals(HostKernel.RESERVE_STATE)) {
      holding = false;
      gate.pass();
    }
    return false;
  }

  /** Lets a conversion of a page that is shared hold the memory's lock. */
  public void hold(GuestMemory memory, long sparePage) {
    ByteRange page = ByteRange.of(sparePage << Page.SHIFT, Page.BYTES);
    gate = new Gate();
    holding = true;
    start(() -> memory.convert(ConversionRequest.of(page, Shareability.PRIVATE)));
    gate.awaitArrival();
  }

  /** Makes a call on a thread of its own; comes back when it stands in line, or is over. */
  public <T> CompletableFuture<T> enqueue(Supplier<T> call) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    enqueue(() -> {
      answer.complete(call.get());
    });
    return answer;
  }

  /** The same for a call without an answer. */
  public void enqueue(Runnable call) {
    Thread thread = start(call);
    while (thread.getState() != Thread.State.WAITING
        && thread.getState() != Thread.State.TERMINATED) {
      Thread.onSpinWait();
    }
  }

  /** Makes a call on a thread of its own, which a gate of the test's will hold. */
  public <T> CompletableFuture<T> held(Supplier<T> call) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    start(() -> answer.complete(call.get()));
    return answer;
  }

  private Thread start(Runnable task) {
    Thread thread = Thread.ofPlatform().daemon().start(task);
    threads.add(thread);
    return thread;
  }

  /** Lets the conversion go on, and all calls behind it. */
  public void letGo() {
    gate.open();
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    threads.clear();
  }
}
