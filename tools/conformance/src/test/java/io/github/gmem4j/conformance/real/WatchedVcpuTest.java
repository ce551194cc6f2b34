package io.github.gmem4j.conformance.real;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.Vcpu;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mockito.InOrder;

@Timeout(30)
final class WatchedVcpuTest {
  private final CountDownLatch kicked = new CountDownLatch(1);
  private final Vcpu vcpu = mock(Vcpu.class);

  @Test
  void aRunThatDoesNotComeBackIsKicked() {
    doAnswer(
            call -> {
              kicked.countDown();
              return null;
            })
        .when(vcpu)
        .kick();
    when(vcpu.run(Reply.RESUME))
        .then(call -> {
          kicked.await();
          return new Exit.Interrupted();
        });
    assertEquals(
        new Exit.Interrupted(), new WatchedVcpu(vcpu, Duration.ofMillis(20)).run(Reply.RESUME));
  }

  @Test
  void aRunThatComesBackIsKickedNoMore() {
    ScheduledExecutorService watch = mock(ScheduledExecutorService.class);
    ScheduledFuture<?> kick = mock(ScheduledFuture.class);
    doReturn(kick).when(watch).schedule(any(Runnable.class), eq(50L), eq(TimeUnit.MILLISECONDS));
    when(vcpu.run(Reply.RESUME)).thenReturn(new Exit.Halt());

    WatchedVcpu watched = new WatchedVcpu(vcpu, Duration.ofMillis(50), watch);

    assertEquals(new Exit.Halt(), watched.run(Reply.RESUME));
    InOrder order = inOrder(watch, vcpu, kick);
    order.verify(watch).schedule(any(Runnable.class), eq(50L), eq(TimeUnit.MILLISECONDS));
    order.verify(vcpu).run(Reply.RESUME);
    order.verify(kick).cancel(false);
    verify(vcpu, never()).kick();
  }
}
