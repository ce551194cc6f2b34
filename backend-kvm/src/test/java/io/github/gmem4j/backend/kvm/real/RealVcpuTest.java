package io.github.gmem4j.backend.kvm.real;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.guest.PlainHypercall;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.PlainGuest;
import io.github.gmem4j.backend.kvm.vm.KvmVm;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a vCPU does on any host, also on one whose KVM_RUN does not come back by itself from what
 * this guest does: each run is kicked.
 */
@Timeout(300)
@Tag("real-kernel")
class RealVcpuTest {
  /** A hypercall of no meaning: most kernels refuse it at once, others never come back. */
  private static final GuestProgram CALLS =
      GuestProgram.of(new GuestAction.Call(new PlainHypercall(4711, 0, 0, 0, 0)));

  private Kvm kvm;
  private KvmVm vm;

  @BeforeEach
  void openHost() {
    kvm = RealKernel.open();
    vm = RealKernel.vm(kvm);
  }

  @AfterEach
  void closeHost() {
    if (vm != null) {
      vm.close();
      kvm.close();
    }
  }

  private static CompletableFuture<Exit> started(Vcpu vcpu) {
    CompletableFuture<Exit> exit = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            exit.complete(vcpu.run());
          } catch (RuntimeException e) {
            exit.completeExceptionally(e);
          }
        });
    return exit;
  }

  private static <T> T await(CompletableFuture<T> future)
      throws InterruptedException, ExecutionException, TimeoutException {
    return future.get(120, TimeUnit.SECONDS);
  }

  @Test
  void aKickBeforeTheRunEndsItOnce() {
    try (Vcpu vcpu = vm.createVcpu(CALLS)) {
      vcpu.kick();
      vcpu.kick();
      assertEquals(new Exit.Interrupted(), vcpu.run());
    }
  }

  @Test
  void aRunThatWouldNotReturnIsKicked() throws Exception {
    try (Vcpu vcpu = vm.createVcpu(CALLS)) {
      for (int i = 0; i < 20; i++) {
        CompletableFuture<Exit> exit = started(vcpu);
        Thread.sleep(i);
        vcpu.kick();
        Exit left = await(exit);
        boolean served = left instanceof Exit.Halt;
        assertTrue(served || left.equals(new Exit.Interrupted()), left.toString());
        if (served) {
          vcpu.load(CALLS);
        }
      }
    }
  }

  @Test
  void aSecondThreadMayNotRunTheSameVcpu() throws Exception {
    CompletableFuture<RoadEvent> inside = new CompletableFuture<>();
    CompletableFuture<Boolean> goOn = new CompletableFuture<>();
    RoadListener holds =
        event -> {
          if (event instanceof RoadEvent.RunEntered) {
            inside.complete(event);
            goOn.join();
          }
        };
    try (KvmVm held = kvm.createVm(PlainGuest.policy(VmType.DEFAULT), holds).orThrow();
        Vcpu vcpu = held.createVcpu(GuestProgram.of())) {
      CompletableFuture<Exit> exit = started(vcpu);
      await(inside);
      try {
        assertThrows(IllegalStateException.class, vcpu::run);
        assertThrows(IllegalStateException.class, () -> vcpu.load(CALLS));
        vcpu.kick();
      } finally {
        // Closing waits for the run to end, also after a failure.
        goOn.complete(true);
      }
      assertEquals(new Exit.Interrupted(), await(exit));
    }
  }

  @Test
  void closingAVcpuEndsItsRun() throws Exception {
    Vcpu vcpu = vm.createVcpu(CALLS);
    CompletableFuture<Exit> exit = started(vcpu);
    Thread.sleep(20);
    vcpu.close();
    vcpu.close();
    Exit left = await(exit);
    assertTrue(
        left instanceof Exit.Halt || errnoOf(left) == Errno.EBADF, () -> "left with " + left);
    assertEquals(Errno.EBADF, errnoOf(vcpu.run()));
    vcpu.kick();
    assertEquals(Optional.of(Errno.EBADF), vcpu.prefault(GpaRange.of(0, 4096), 0).errno());
  }

  @Test
  void closingTheVmEndsEveryRun() throws Exception {
    Vcpu one = vm.createVcpu(CALLS);
    Vcpu two = vm.createVcpu(CALLS);
    CompletableFuture<Exit> first = started(one);
    CompletableFuture<Exit> second = started(two);
    Thread.sleep(20);
    vm.close();
    await(first);
    await(second);
    assertEquals(Errno.EIO, errnoOf(one.run()));
    two.close();
    assertEquals(Errno.EBADF, errnoOf(two.run()));
    assertThrows(
        io.github.gmem4j.api.memory.KernelException.class, () -> vm.createVcpu(GuestProgram.of()));
  }

  private static Errno errnoOf(Exit exit) {
    return assertInstanceOf(Exit.Failed.class, exit).errno();
  }

  @Test
  void aReplyThatHasNoPlaceIsRefused() {
    try (Vcpu vcpu = vm.createVcpu(CALLS)) {
      assertEquals(Errno.EINVAL, errnoOf(vcpu.run(Reply.Answer.DONE)));
      assertEquals(Errno.EINVAL, errnoOf(vcpu.run(new Reply.Data((byte) 1))));
    }
  }

  @Test
  void aProgramCanBeReplacedWhileItWasInterrupted() throws Exception {
    try (Vcpu vcpu = vm.createVcpu(CALLS)) {
      vcpu.kick();
      assertEquals(new Exit.Interrupted(), vcpu.run());
      vcpu.load(GuestProgram.of());
      vcpu.kick();
      assertEquals(new Exit.Interrupted(), vcpu.run());
    }
  }
}
