package io.github.gmem4j.core.vmm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.kernel.HostKernel;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A memory fault that is out of date, since another vCPU's conversion came between the fault's two
 * looks at the state: run again, and nothing is converted. Source: Linux {@code
 * arch/x86/kvm/mmu/mmu.c}, {@code kvm_mmu_page_fault} and {@code kvm_mmu_faultin_pfn}.
 */
class StaleFaultTest {
  private final Told driver = new Told("driver");
  private int left;

  private World world(ConversionPolicy policy) {
    Engine engine =
        Engine.builder()
            .faults((site, subject) -> site.equals(HostKernel.FAULT_OUT_OF_DATE) && left-- > 0)
            .build();
    return World.of(engine, policy, GuestMemory.MMAP | GuestMemory.INIT_SHARED);
  }

  private Exit read(World world, ConversionPolicy policy, int staleFaults, int times) {
    Coordinator coordinator = world.engine().coordinator(world.vm(), policy, driver);
    GuestAction read = new GuestAction.Read(World.gpa(0), Shareability.SHARED);
    Vcpu vcpu = world.vm().createVcpu(new GuestProgram(Collections.nCopies(times, read)));
    world.guestStore(0, 9);
    left = staleFaults;
    Exit exit = coordinator.run(vcpu);
    if (exit instanceof Exit.Halt) {
      assertEquals(Collections.nCopies(times, new ActionResult.Loaded((byte) 9)), vcpu.results());
    }
    return exit;
  }

  private static void assertStillShared(World world) {
    assertEquals(Shareability.SHARED, world.memory().shareability(new PageIndex(0)));
  }

  @Test
  void whereAccessesFollowTheStateNothingIsConvertedForIt() {
    ConversionPolicy policy = SoftwareProtectedPolicy.create();
    World world = world(policy);

    assertEquals(
        new Exit.Halt(), read(world, policy, Coordinator.MOST_STALE_FAULTS_WHERE_STATE_DECIDES, 1));

    assertStillShared(world);
    assertEquals(List.of(), driver.log());
  }

  @Test
  void oneFaultMoreInARowIsTakenForARequest() {
    ConversionPolicy policy = SoftwareProtectedPolicy.create();
    World world = world(policy);

    assertEquals(
        new Exit.Halt(),
        read(world, policy, Coordinator.MOST_STALE_FAULTS_WHERE_STATE_DECIDES + 1, 1));

    assertEquals(List.of("prepare 0 PRIVATE", "commit 0 PRIVATE"), driver.log());
  }

  @Test
  void anAccessThatSucceedsBeginsTheCountAnew() {
    ConversionPolicy policy = SoftwareProtectedPolicy.create();
    World world = world(policy);
    Coordinator coordinator = world.engine().coordinator(world.vm(), policy, driver);
    GuestAction read = new GuestAction.Read(World.gpa(0), Shareability.SHARED);
    Vcpu vcpu = world.vm().createVcpu(GuestProgram.of());
    world.guestStore(0, 9);
    for (int action = 0; action < 3; action++) {
      left = Coordinator.MOST_STALE_FAULTS_WHERE_STATE_DECIDES;
      vcpu.load(GuestProgram.of(read));
      assertEquals(new Exit.Halt(), coordinator.run(vcpu));
    }

    assertStillShared(world);
    assertEquals(List.of(), driver.log());
  }

  @Test
  void whereTheGuestIssuesTheKindNobodyIsAskedAboutAPageThatIsThere() {
    ConversionPolicy policy = TestPolicy.confidential();
    World world = world(policy);

    assertEquals(new Exit.Halt(), read(world, policy, Coordinator.MOST_STALE_FAULTS, 1));

    assertStillShared(world);
    assertEquals(List.of(), driver.log());
  }

  @Test
  void faultsThatNeverEndStopTheVmByTheImplicitRule() {
    ConversionPolicy policy = TestPolicy.confidential();
    World world = world(policy);

    assertInstanceOf(Exit.MemoryFault.class, read(world, policy, Integer.MAX_VALUE, 1));
  }
}
