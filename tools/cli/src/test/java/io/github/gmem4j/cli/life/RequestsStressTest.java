package io.github.gmem4j.cli.life;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.InstalledPolicies;
import io.github.gmem4j.core.vmm.Coordinator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The stress of requests at the same time: four vCPUs, each on a thread of its own, ask for
 * overlapping ranges of one memory, of every installed policy in turn; a host pins and lets go, and
 * vCPUs are kicked. Participants check exclusion, that each readiness ends once, and at the end
 * that what they were told last is so.
 *
 * <p>A few seconds in every build; {@code -Dgmem.stress.seconds=600} for longer. Each round has its
 * seed, which is printed when it fails and plays again with {@code -Dgmem.seed}, as far as threads
 * play anything again.
 */
class RequestsStressTest {
  private static final int THREADS = 4;
  private static final int PAGES = 8;
  private static final int REQUESTS = 40;
  private static final Gpa BASE = new Gpa(0x1_0000_0000L);
  private static final String SECONDS = "gmem.stress.seconds";
  private static final String SEED = "gmem.seed";

  private final List<ConversionPolicy> policies =
      InstalledPolicies.find(RequestsStressTest.class.getClassLoader()).all();

  @Test
  @Timeout(3600)
  void fourVcpusOverOverlappingRanges() throws Exception {
    assertFalse(policies.isEmpty());
    long seed = Long.getLong(SEED, new Random().nextLong());
    long end = System.nanoTime() + Duration.ofSeconds(Integer.getInteger(SECONDS, 4)).toNanos();
    System.out.println("requests stress from seed " + seed);
    long rounds = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS + 1)) {
      do {
        for (ConversionPolicy policy : policies) {
          round(policy, seed, threads);
        }
        rounds++;
        seed++;
      } while (System.nanoTime() < end);
    }
    System.out.println(
        "requests stress: " + rounds + " rounds of " + policies.size() + " policies");
  }

  private static void round(ConversionPolicy policy, long seed, ExecutorService threads)
      throws InterruptedException {
    try {
      play(policy, seed, threads);
    } catch (ExecutionException | RuntimeException | AssertionError e) {
      throw new AssertionError(
          policy.traits().name()
              + ", seed "
              + seed
              + ": again with mvn -B -pl tools/cli -am test -Dtest=RequestsStressTest"
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

  private static void play(ConversionPolicy policy, long seed, ExecutorService threads)
      throws ExecutionException, InterruptedException {
    AtomicBoolean flipped = new AtomicBoolean();
    Engine engine =
        Engine.builder()
            .waiter(pause -> Thread.onSpinWait())
            .listener(event -> {
              if (event instanceof RoadEvent.PagesFlipped) {
                flipped.set(true);
              }
            })
            .build();
    List<Believer> believers =
        List.of(new Believer("first", PAGES, seed), new Believer("second", PAGES, seed + 1));
    VirtualMachine vm = engine.createVm(policy);
    vm.enableExitHypercalls(vm.exitHypercalls()).orThrow();
    GuestMemory memory =
        vm.createGuestMemory(bytes(PAGES), GuestMemory.MMAP | GuestMemory.INIT_SHARED).orThrow();
    // Two slots, so that requests have pieces.
    for (int slot = 0; slot < 2; slot++) {
      PageIndex firstPage = new PageIndex((long) slot * PAGES / 2);
      vm.setMemory(
              SlotRequest.bind(
                  slot, gpa(firstPage.value()), bytes(PAGES / 2), memory, firstPage.offset()))
          .orThrow();
    }
    vm.finalizeLaunch();
    try (Coordinator coordinator =
        engine.coordinator(vm, policy, believers.toArray(new Believer[0]))) {
      runAll(coordinator, vm, memory, seed, threads);
    }
    vm.close();
    for (Believer believer : believers) {
      believer.checkEverythingEnded();
      // Where the hypervisor gives pages away inside the call, no participant is asked.
      if (!flipped.get()) {
        believer.checkBelief(memory::shareability);
      }
    }
    memory.close();
  }

  private static void runAll(
      Coordinator coordinator,
      VirtualMachine vm,
      GuestMemory memory,
      long seed,
      ExecutorService threads)
      throws ExecutionException, InterruptedException {
    List<Vcpu> vcpus = new ArrayList<>();
    List<Future<?>> running = new ArrayList<>();
    for (int number = 0; number < THREADS; number++) {
      Vcpu vcpu = vm.createVcpu(program(new Random(seed * THREADS + number)));
      vcpus.add(vcpu);
      running.add(threads.submit(() -> run(coordinator, vcpu)));
    }
    Random random = new Random(seed);
    try (HostMapping host = memory.map(memory.size()).orThrow()) {
      while (running.stream().anyMatch(thread -> !thread.isDone())) {
        disturb(host, vcpus, random);
      }
    }
    for (Future<?> thread : running) {
      thread.get();
    }
    vcpus.forEach(Vcpu::close);
  }

  /** Runs a vCPU until its program or the VM has ended; a kick or an unanswered fault goes on. */
  private static void run(Coordinator coordinator, Vcpu vcpu) {
    int exits = 0;
    while (coordinator.run(vcpu) instanceof Exit.Interrupted && exits < 100 * REQUESTS) {
      exits++;
    }
  }

  private static void disturb(HostMapping host, List<Vcpu> vcpus, Random random) {
    if (random.nextInt(4) == 0) {
      vcpus.get(random.nextInt(vcpus.size())).kick();
    }
    if (host.pin(new PageIndex(random.nextInt(PAGES)), ReferenceKind.SHORT_TERM, "dio")
        instanceof KernelResult.Ok<Pin> taken) {
      Thread.onSpinWait();
      taken.value().close();
    }
  }

  private static GuestProgram program(Random random) {
    List<GuestAction> actions = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      int first = random.nextInt(PAGES);
      int count = 1 + random.nextInt(Math.min(3, PAGES - first));
      Shareability target = random.nextBoolean() ? Shareability.PRIVATE : Shareability.SHARED;
      actions.add(new GuestAction.Request(new GpaRange(gpa(first), bytes(count)), target));
    }
    return new GuestProgram(actions);
  }

  private static Gpa gpa(long page) {
    return new Gpa(BASE.value() + bytes(page).value());
  }

  private static ByteCount bytes(long pages) {
    return new ByteCount(pages * ByteCount.PAGE.value());
  }
}
