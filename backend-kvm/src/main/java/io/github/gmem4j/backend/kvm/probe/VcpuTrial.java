package io.github.gmem4j.backend.kvm.probe;

import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.guest.PlainHypercall;
import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What came of running guests.
 *
 * @param running see {@link VmFindings}
 * @param hypercall see {@link VmFindings}
 * @param stuck whether a thread is still inside KVM_RUN, so that closing would wait for ever
 */
record VcpuTrial(Finding running, Finding hypercall, boolean stuck) {
  private static final GuestProgram HALTS = GuestProgram.of();

  private static final GuestProgram CALLS =
      GuestProgram.of(
          new GuestAction.Call(
              PlainHypercall.of(GpaRange.of(0, Page.BYTES), Shareability.PRIVATE)));

  private static final Finding NO_VCPU = new Finding.NotTried("a vCPU that runs");

  /** How a run ended. */
  private sealed interface Ended {
    record Left(Exit exit) implements Ended {}

    record Kicked() implements Ended {}

    record Stuck() implements Ended {}

    record Threw(String what) implements Ended {}
  }

  /** Runs a guest that halts, then one that calls. */
  static VcpuTrial of(VirtualMachine vm, Duration patience) {
    Vcpu vcpu;
    try {
      vcpu = vm.createVcpu(HALTS);
    } catch (KernelException e) {
      return new VcpuTrial(new Finding.Fails(String.valueOf(e.getMessage())), NO_VCPU, false);
    }
    Ended first = run(vcpu, Reply.RESUME, patience);
    Finding running = expecting(Exit.Halt.class, first, patience);
    if (!running.works()) {
      return new VcpuTrial(running, NO_VCPU, first instanceof Ended.Stuck);
    }
    return calling(vm, vcpu, patience);
  }

  private static VcpuTrial calling(VirtualMachine vm, Vcpu vcpu, Duration patience) {
    KernelResult<Long> enabled = vm.enableExitHypercalls(1L << Exit.MapGpaRange.NUMBER);
    if (!enabled.succeeded()) {
      return new VcpuTrial(new Finding.Works(), Finding.of(enabled), false);
    }
    vcpu.load(CALLS);
    Ended called = run(vcpu, Reply.RESUME, patience);
    Finding left = expecting(Exit.MapGpaRange.class, called, patience);
    if (!left.works()) {
      return new VcpuTrial(new Finding.Works(), left, called instanceof Ended.Stuck);
    }
    Ended answered = run(vcpu, Reply.Answer.DONE, patience);
    Finding end = expecting(Exit.Halt.class, answered, patience);
    return new VcpuTrial(new Finding.Works(), end, answered instanceof Ended.Stuck);
  }

  private static Finding expecting(Class<? extends Exit> exit, Ended ended, Duration patience) {
    return switch (ended) {
      case Ended.Left(Exit left) when exit.isInstance(left) -> new Finding.Works();
      case Ended.Left(Exit left) -> new Finding.Fails("KVM_RUN returns with " + left);
      case Ended.Kicked kicked ->
          new Finding.Fails("KVM_RUN hangs, kicked after " + seconds(patience));
      case Ended.Stuck stuck -> new Finding.Fails("KVM_RUN hangs, even when kicked");
      case Ended.Threw(String what) -> new Finding.Fails("the run fails: " + what);
    };
  }

  private static String seconds(Duration patience) {
    return patience.toMillis() % 1000 == 0
        ? patience.toSeconds() + " s"
        : patience.toMillis() + " ms";
  }

  private static Ended run(Vcpu vcpu, Reply reply, Duration patience) {
    FutureTask<Exit> run = new FutureTask<>(() -> vcpu.run(reply));
    Thread.ofPlatform().daemon().name("gmem4j-probe").start(run);
    try {
      Ended ended = ended(run, patience);
      if (!(ended instanceof Ended.Stuck)) {
        return ended;
      }
      vcpu.kick();
      // An exit that came in just before the kick is as good as one in time.
      return ended(run, patience) instanceof Ended.Left(Exit exit)
          ? exit instanceof Exit.Interrupted ? new Ended.Kicked() : new Ended.Left(exit)
          : ended;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Ended.Stuck();
    }
  }

  private static Ended ended(FutureTask<Exit> run, Duration patience) throws InterruptedException {
    try {
      return new Ended.Left(run.get(patience.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      return new Ended.Stuck();
    } catch (ExecutionException e) {
      return new Ended.Threw(String.valueOf(e.getCause()));
    }
  }
}
