package io.github.gmem4j.core.concurrency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.memory.Signal;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Platforms;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Somebody else comes while a page changes hands. A vCPU inside a slow platform holds the MMU lock,
 * which stops a conversion of another page in its middle: so each case happens at every run.
 */
class ChangingHandsTest {
  private static final long PAGE = 2;
  private static final long SLOW_PAGE = 5;

  private final Platform platform = Platforms.agreeable();
  private final World world =
      World.of(Engine.inMemory(), TestPolicy.confidential().with(platform), GuestMemory.MMAP);
  private final CountDownLatch inside = new CountDownLatch(1);
  private final CountDownLatch leave = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();
  private final List<FutureTask<ConversionOutcome>> conversions = new ArrayList<>();

  @Test
  void guestFaultThatReadTheOldStateLooksAgain() throws Exception {
    world.guestStore(PAGE, 1);
    Vcpu vcpu =
        world
            .vm()
            .createVcpu(
                GuestProgram.of(
                    new GuestAction.Write(World.gpa(PAGE), Shareability.PRIVATE, (byte) 99)));
    stopTheMmu();
    converting(() -> world.toShared(PAGE, 1));

    FutureTask<Exit> late = background(vcpu::run);
    goOn();

    Exit.MemoryFault fault = assertInstanceOf(Exit.MemoryFault.class, late.get());
    assertEquals(World.gpa(PAGE), fault.gpa());
    assertEquals(1, world.hostLoad(PAGE));
    assertTrue(vcpu.results().isEmpty());
  }

  @Test
  void pinThatComesDuringAConversionToPrivateIsRefused() throws Exception {
    world.toShared(PAGE, 1);
    stopTheMmu();
    converting(() -> world.toPrivate(PAGE, 1));

    FutureTask<Errno> late =
        background(() ->
            World.errnoOf(world.host().pin(new PageIndex(PAGE), ReferenceKind.LONG_TERM, "nic")));
    goOn();

    assertEquals(Errno.EFAULT, late.get());
    assertEquals('P', world.states().charAt((int) PAGE));
  }

  @Test
  void hostAccessThatComesDuringAConversionToPrivateIsSigbus() throws Exception {
    world.toShared(PAGE, 1);
    world.hostStore(PAGE, 1);
    stopTheMmu();
    converting(() -> world.toPrivate(PAGE, 1));

    FutureTask<HostAccess> store = background(() -> world.hostStore(PAGE, 77));
    FutureTask<HostAccess> load = background(() -> world.host().load(World.at(PAGE), new byte[1]));
    goOn();

    assertEquals(Signal.SIGBUS, assertInstanceOf(HostAccess.Fault.class, store.get()).signal());
    assertEquals(Signal.SIGBUS, assertInstanceOf(HostAccess.Fault.class, load.get()).signal());
    assertEquals(1, world.guestLoad(PAGE));
  }

  @Test
  void conversionsOfOneMemoryFollowEachOther() throws Exception {
    stopTheMmu();
    converting(() -> world.toShared(PAGE, 2));
    converting(() -> world.toPrivate(PAGE, 1));

    goOn();

    assertEquals("PPPSPPPPPPPPPPPP", world.states());
  }

  @Test
  void conversionOfAnotherMemoryDoesNotWait() throws Exception {
    GuestMemory other =
        world
            .vm()
            .createGuestMemory(World.bytes(1), GuestMemory.MMAP | GuestMemory.INIT_SHARED)
            .orThrow();
    stopTheMmu();
    converting(() -> world.toShared(PAGE, 1));

    assertTrue(other.convert(ConversionRequest.toPrivate(World.pages(0, 1))).succeeded());

    goOn();
  }

  /** A second vCPU enters the platform and stays there, holding the MMU lock. */
  private void stopTheMmu() throws InterruptedException {
    when(platform.makePrivate(eq(World.gpa(SLOW_PAGE).gfn()), any()))
        .thenAnswer(call -> {
          inside.countDown();
          leave.await();
          return Granting.GRANTED;
        });
    Vcpu slow =
        world
            .vm()
            .createVcpu(
                GuestProgram.of(new GuestAction.Touch(World.gpa(SLOW_PAGE), Shareability.PRIVATE)));
    start(new FutureTask<>(slow::run));
    inside.await();
  }

  /** Begins a conversion that must succeed once the MMU is free. */
  private void converting(Supplier<ConversionOutcome> conversion) {
    conversions.add(background(conversion));
  }

  /** Begins a task and comes back when it waits for a lock, or is over. */
  private <T> FutureTask<T> background(Supplier<T> task) {
    FutureTask<T> future = new FutureTask<>(task::get);
    Thread thread = start(future);
    while (thread.getState() != Thread.State.WAITING
        && thread.getState() != Thread.State.TERMINATED) {
      Thread.onSpinWait();
    }
    return future;
  }

  private Thread start(FutureTask<?> task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
    return thread;
  }

  private void goOn() throws InterruptedException, ExecutionException {
    leave.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    for (FutureTask<ConversionOutcome> conversion : conversions) {
      assertTrue(conversion.get().succeeded());
    }
  }
}
