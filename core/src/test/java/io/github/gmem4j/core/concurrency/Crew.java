package io.github.gmem4j.core.concurrency;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Tasks that begin at the same moment, each on a thread of its own. */
final class Crew {
  private final List<Callable<?>> tasks = new ArrayList<>();

  Crew add(Callable<?> task) {
    tasks.add(task);
    return this;
  }

  /** Runs all tasks to their end; the first failure is thrown. */
  void work() throws InterruptedException, ExecutionException {
    CyclicBarrier start = new CyclicBarrier(tasks.size());
    try (ExecutorService threads = Executors.newFixedThreadPool(tasks.size())) {
      List<Future<?>> futures = new ArrayList<>();
      for (Callable<?> task : tasks) {
        futures.add(
            threads.submit(() -> {
              start.await();
              return task.call();
            }));
      }
      for (Future<?> future : futures) {
        future.get();
      }
    }
  }
}
