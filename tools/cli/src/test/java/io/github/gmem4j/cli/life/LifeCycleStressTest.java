package io.github.gmem4j.cli.life;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.core.InstalledPolicies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The stress of the life cycle: four threads create, use and end VMs, vCPUs, memories, mappings,
 * pins and slots, of every installed policy in turn, with the wrapper around it that checks the
 * rules of the SPI. Nothing is granted by what was closed before it was asked, what one VM keeps is
 * there as others come and go, every page is given back, no exception but those that are
 * documented.
 *
 * <p>A few seconds in every build; {@code -Dgmem.stress.seconds=60} for longer. Each round has its
 * seed, which is printed when it fails and plays again with {@code -Dgmem.seed}, as far as threads
 * play anything again.
 */
class LifeCycleStressTest {
  private static final int THREADS = 4;
  private static final int ACTS = 400;
  private static final String SECONDS = "gmem.stress.seconds";
  private static final String SEED = "gmem.seed";

  private final List<ConversionPolicy> policies =
      InstalledPolicies.find(LifeCycleStressTest.class.getClassLoader()).all();

  @Test
  @Timeout(3600)
  void fourThreadsOverTheLifeOfEverything() throws Exception {
    assertFalse(policies.isEmpty());
    long seed = Long.getLong(SEED, new Random().nextLong());
    long end = System.nanoTime() + Duration.ofSeconds(Integer.getInteger(SECONDS, 4)).toNanos();
    System.out.println("life-cycle stress from seed " + seed);
    long rounds = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      do {
        for (ConversionPolicy policy : policies) {
          round(policy, seed, threads);
        }
        rounds++;
        seed++;
      } while (System.nanoTime() < end);
    }
    System.out.println(
        "life-cycle stress: " + rounds + " rounds of " + policies.size() + " policies");
  }

  private static void round(ConversionPolicy policy, long seed, ExecutorService threads)
      throws InterruptedException {
    try {
      Yard yard = new Yard(policy);
      List<Future<?>> acting = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        Actor actor = new Actor(yard, seed * THREADS + thread);
        acting.add(
            threads.submit(() -> {
              for (int act = 0; act < ACTS; act++) {
                actor.act();
              }
            }));
      }
      for (Future<?> thread : acting) {
        thread.get();
      }
      yard.close();
    } catch (ExecutionException | RuntimeException | AssertionError e) {
      throw new AssertionError(
          policy.traits().name()
              + ", seed "
              + seed
              + ": again with mvn -B -pl tools/cli -am test -Dtest=LifeCycleStressTest"
              + " -Dsurefire.failIfNoSpecifiedTests=false '-Dtest.jvm.args=-D"
              + SEED
              + "="
              + seed
              + " -D"
              + SECONDS
              + "=60'",
          e);
    }
  }
}
