package io.github.gmem4j.core.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.core.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two threads at one page, over and over: no reference is lost, and no page is there twice. */
@Timeout(300)
class TwoWritersTest {
  private static final int ROUNDS = 20_000;

  private final CyclicBarrier round = new CyclicBarrier(2);

  /** Something that both threads do in each round. */
  @FunctionalInterface
  private interface Both<T> {
    T in(int round) throws Exception;
  }

  private <T> List<List<T>> both(Both<T> task) throws Exception {
    Callable<List<T>> all =
        () -> {
          List<T> done = new ArrayList<>();
          for (int i = 0; i < ROUNDS; i++) {
            round.await();
            done.add(task.in(i));
          }
          return done;
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Future<List<T>> one = threads.submit(all);
      Future<List<T>> other = threads.submit(all);
      return List.of(one.get(), other.get());
    }
  }

  @Test
  void everyReferenceCounts() throws Exception {
    World world = World.inPlaceShared();
    MemoryView memory = (MemoryView) world.memory();
    PhysicalPage[] pages = new PhysicalPage[World.PAGES];
    for (int i = 0; i < pages.length; i++) {
      world.hostStore(i, 1);
      pages[i] = Objects.requireNonNull(memory.inode().cache().get(i));
    }

    List<List<Pin>> pins =
        both(i -> {
          Pin pin = world.pin(i % World.PAGES, ReferenceKind.SHORT_TERM, "dio");
          if (i >= World.PAGES * 4) {
            pin.close();
          }
          return pin;
        });

    int held = 0;
    for (PhysicalPage page : pages) {
      held += page.references().length;
    }
    assertEquals(2 * World.PAGES * 4, held);
    pins.forEach(each -> each.forEach(Pin::close));
  }

  @Test
  void bothFindTheSamePage() throws Exception {
    PageCache cache = new PageCache(ROUNDS);

    List<List<PhysicalPage>> found = both(i -> cache.putIfAbsent(i, new PhysicalPage(i)));

    for (int i = 0; i < ROUNDS; i++) {
      assertSame(found.getFirst().get(i), found.getLast().get(i), "index " + i);
    }
  }
}
