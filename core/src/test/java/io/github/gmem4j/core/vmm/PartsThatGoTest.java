package io.github.gmem4j.core.vmm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.api.policy.Unconverted;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.core.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A vCPU, a slot, a memory, a VM goes while the kernel has a request: everybody hears the end. */
class PartsThatGoTest {
  private static final RetryRule TWICE =
      new RetryRule.Hold(Duration.ofMillis(2), 2, RetryRule.GIVE_UP);

  private final List<String> log = new ArrayList<>();
  private final Told driver = new Told("driver", log);
  private Vmm vmm = vmm(Unconverted.GIVEN_UP);
  private Vcpu vcpu = vmm.world().vcpu();

  private Vmm vmm(Unconverted unconverted) {
    return new Vmm(new KernelSeat(TWICE, unconverted), driver);
  }

  private void hand(long first, long count) {
    vmm.coordinator().answer(vcpu.id(), new Exit.Unshare(World.gpas(first, count)));
    assertEquals(1, log.size());
  }

  private void assertHeard(String lastWord) {
    assertEquals(2, log.size(), log::toString);
    assertEquals(lastWord, log.getLast());
    vmm.coordinator().close();
    vcpu.close();
    vmm.world().vm().close();
    vmm.world().memory().close();
    assertEquals(2, log.size(), log::toString);
  }

  @Test
  void closedVcpu() {
    hand(0, 1);
    vcpu.close();
    assertHeard("abort 0 PRIVATE");
  }

  @Test
  void closedVcpuWhosePagesHaveChangedByThen() {
    hand(0, 1);
    vmm.world().toPrivate(0, 1);
    vcpu.close();
    assertHeard("commit 0 PRIVATE");
  }

  @Test
  void anotherVcpuIsNobody() {
    hand(0, 1);
    vmm.world().vm().createVcpu(GuestProgram.of()).close();
    assertEquals(1, log.size());
  }

  @Test
  void closedVm() {
    hand(0, 1);
    vmm.world().vm().close();
    assertHeard("abort 0 PRIVATE");
  }

  @Test
  void deletedSlot() {
    hand(0, 1);
    vmm.world().vm().setMemory(SlotRequest.delete(World.SLOT)).orThrow();
    assertHeard("abort 0 PRIVATE");
  }

  @Test
  void closedMemoryIsReachedByNobody() {
    hand(0, 1);
    vmm.world().memory().close();
    assertHeard("commit 0 PRIVATE");
  }

  @Test
  void closedCoordinator() {
    hand(0, 1);
    vmm.coordinator().close();
    assertHeard("abort 0 PRIVATE");
  }

  @Test
  void pagesThatAreStillComingOutliveTheirVcpuAndNotTheVm() {
    vmm = vmm(Unconverted.STILL_COMING);
    vcpu = vmm.world().vcpu();
    hand(0, 1);
    vcpu.close();
    assertEquals(1, log.size());
    vmm.world().vm().close();
    assertHeard("abort 0 PRIVATE");
  }

  @Test
  void requestOfAVcpuThatIsClosedWhileItIsHeldEndsThere() {
    driver.onPrepare(conversion -> new Preparation.NeedsTime(Duration.ZERO));
    vmm.duringPause(() -> vcpu.close());

    Answer answer = vmm.coordinator().settle(vcpu.id(), Vmm.asking(0, 1, Shareability.PRIVATE));

    assertEquals(Answer.Interrupted.class, answer.getClass());
    assertEquals(1, vmm.pauses().size());
    driver.onPrepare(conversion -> Preparation.READY);
    assertEquals(
        Answer.Settled.class,
        vmm.coordinator().settle(7, Vmm.asking(0, 1, Shareability.PRIVATE)).getClass());
  }

  @Test
  void requestHandedToTheKernelOfAClosedVmEndsAtOnce() {
    vmm.world().vm().close();
    // The slots are gone with the VM, but a coordinator of another backend may still see some.
    log.clear();
    vmm.coordinator().answer(vcpu.id(), new Exit.Unshare(World.gpas(0, 1)));
    assertEquals(List.of(), log);
  }
}
