package io.github.gmem4j.conformance.real;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.Vcpu;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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
  void aRunThatComesBackInTimeIsNot() throws InterruptedException {
    when(vcpu.run(Reply.RESUME)).thenReturn(new Exit.Halt());
    assertEquals(new Exit.Halt(), new WatchedVcpu(vcpu, Duration.ofMillis(50)).run(Reply.RESUME));
    Thread.sleep(120);
    verify(vcpu, never()).kick();
  }
}
