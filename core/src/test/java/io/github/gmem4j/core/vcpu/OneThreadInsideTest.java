package io.github.gmem4j.core.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Gate;
import io.github.gmem4j.core.Platforms;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A vCPU has one thread inside, as vcpu->mutex sees to it; whoever ends it need not be that one.
 */
@Timeout(120)
class OneThreadInsideTest {
  private static final GuestAction TOUCH =
      new GuestAction.Touch(World.gpa(0), Shareability.PRIVATE);

  /** What is done inside run(), by its listener, when the guest begins an action. */
  private Consumer<Vcpu> inside = vcpu -> {};

  private final World world =
      World.of(
          Engine.builder().listener(this::on).build(),
          SoftwareProtectedPolicy.create(),
          GuestMemory.MMAP);
  private final Vcpu vcpu = world.vcpu();

  private void on(RoadEvent event) {
    if (event instanceof RoadEvent.ActionBegun) {
      inside.accept(vcpu);
    }
  }

  /** Runs a program on a thread of its own until it has begun its first action; holds it there. */
  private CompletableFuture<Exit> held(Gate gate) {
    inside = own -> gate.pass();
    vcpu.load(GuestProgram.of(TOUCH, TOUCH));
    CompletableFuture<Exit> exit = new CompletableFuture<>();
    Thread.ofPlatform().name("first").start(() -> exit.completeAsync(vcpu::run, Runnable::run));
    gate.awaitArrival();
    return exit;
  }

  private static String refused(Runnable call) {
    return String.valueOf(assertThrows(IllegalStateException.class, call::run).getMessage());
  }

  @Test
  void secondThreadIsToldWhoIsInside() {
    Gate gate = new Gate();
    CompletableFuture<Exit> first = held(gate);

    for (Runnable call :
        List.<Runnable>of(
            vcpu::run,
            () -> vcpu.load(GuestProgram.of()),
            () -> vcpu.prefault(World.gpas(0, 1), 0))) {
      String message = refused(call);
      assertTrue(
          message.contains("vCPU 0")
              && message.contains("first")
              && message.contains(Thread.currentThread().getName()),
          message);
    }

    gate.open();
    assertEquals(new Exit.Halt(), first.join());
    assertEquals(List.of(new ActionResult.Touched(), new ActionResult.Touched()), vcpu.results());
  }

  @Test
  void resultsAreReadWhileAThreadIsInside() {
    Gate gate = new Gate();
    CompletableFuture<Exit> first = held(gate);

    assertEquals(List.of(), vcpu.results());

    gate.open();
    first.join();
  }

  @Test
  void listenerInsideRunCannotRunTheSameVcpu() {
    inside = Vcpu::run;
    vcpu.load(GuestProgram.of(TOUCH));

    String message = refused(vcpu::run);

    assertTrue(message.contains("vCPU 0") && message.contains("within"), message);
    inside = own -> {};
    assertEquals(new Exit.Halt(), vcpu.run(), "the place is free again");
  }

  @Test
  void listenerInsideRunCanRunAnotherVcpu() {
    Vcpu other = world.vm().createVcpu(GuestProgram.of());
    inside = own -> assertEquals(new Exit.Halt(), other.run());

    assertEquals(new Exit.Halt(), world.exitOf(TOUCH));
  }

  @Test
  void vcpuClosedByAnotherThreadFailsItsRunWithEbadf() {
    Gate gate = new Gate();
    CompletableFuture<Exit> first = held(gate);

    vcpu.close();
    gate.open();

    assertEquals(Errno.EBADF, assertInstanceOf(Exit.Failed.class, first.join()).errno());
    assertEquals(1, vcpu.results().size(), "the action under way was finished");
  }

  @Test
  void vcpuClosedByAListenerInsideRunFailsItsRunWithEbadf() {
    inside = Vcpu::close;
    vcpu.load(GuestProgram.of(TOUCH, TOUCH));

    assertEquals(Errno.EBADF, assertInstanceOf(Exit.Failed.class, vcpu.run()).errno());
    assertEquals(Errno.EBADF, assertInstanceOf(Exit.Failed.class, vcpu.run()).errno());
  }

  @Test
  void vmClosedByAListenerInsideRunFailsItsRunWithEio() {
    inside = own -> world.vm().close();
    vcpu.load(GuestProgram.of(TOUCH, TOUCH));

    assertEquals(Errno.EIO, assertInstanceOf(Exit.Failed.class, vcpu.run()).errno());
  }

  @Test
  void closedVcpuPrefaultsNothing() {
    vcpu.close();

    assertEquals(Optional.of(Errno.EBADF), vcpu.prefault(World.gpas(0, 1), 0).errno());
  }

  @Test
  void vcpuClosedWhileThePlatformKeepsItWaitingComesOut() {
    Platform platform = Platforms.agreeable();
    World busy =
        World.of(Engine.inMemory(), TestPolicy.confidential().with(platform), GuestMemory.MMAP);
    when(platform.makePrivate(any(), any()))
        .thenAnswer(call -> {
          busy.vcpu().close();
          return Granting.BUSY;
        });

    assertEquals(Errno.EBADF, assertInstanceOf(Exit.Failed.class, busy.exitOf(TOUCH)).errno());
  }
}
