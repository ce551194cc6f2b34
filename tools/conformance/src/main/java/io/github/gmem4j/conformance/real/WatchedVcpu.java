package io.github.gmem4j.conformance.real;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.KickWatch;
import io.github.gmem4j.api.vm.Prefault;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.Vcpu;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * A vCPU whose run ends in any case: after a while it is kicked. Then the exit is {@link
 * Exit.Interrupted}, which no other world answers.
 */
public final class WatchedVcpu implements Vcpu {
  private static final ScheduledExecutorService WATCH =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("gmem4j-watch").factory());

  private final Vcpu vcpu;
  private final Duration limit;
  private final ScheduledExecutorService watch;

  /**
   * Watches a vCPU.
   *
   * @param limit how long one run may take
   */
  public WatchedVcpu(Vcpu vcpu, Duration limit) {
    this(vcpu, limit, WATCH);
  }

  /** Watches by a clock of the caller's. */
  WatchedVcpu(Vcpu vcpu, Duration limit, ScheduledExecutorService watch) {
    this.vcpu = vcpu;
    this.limit = limit;
    this.watch = watch;
  }

  @Override
  public int id() {
    return vcpu.id();
  }

  @Override
  public Exit run(Reply reply) {
    ScheduledFuture<?> kick = watch.schedule(vcpu::kick, limit.toMillis(), TimeUnit.MILLISECONDS);
    try {
      return vcpu.run(reply);
    } finally {
      kick.cancel(false);
    }
  }

  @Override
  public void load(GuestProgram program) {
    vcpu.load(program);
  }

  @Override
  public List<ActionResult> results() {
    return vcpu.results();
  }

  @Override
  public void kick() {
    vcpu.kick();
  }

  @Override
  public boolean isKicked() {
    return vcpu.isKicked();
  }

  @Override
  public boolean isClosed() {
    return vcpu.isClosed();
  }

  @Override
  public KickWatch onKick(Runnable wake) {
    return vcpu.onKick(wake);
  }

  @Override
  public void queueInterrupt() {
    vcpu.queueInterrupt();
  }

  @Override
  public Prefault prefault(GpaRange range, long flags) {
    return vcpu.prefault(range, flags);
  }

  @Override
  public void close() {
    vcpu.close();
  }
}
