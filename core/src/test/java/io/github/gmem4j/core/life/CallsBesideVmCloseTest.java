package io.github.gmem4j.core.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.api.vm.VmListener;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Gate;
import io.github.gmem4j.core.LockQueue;
import io.github.gmem4j.core.Platforms;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.kernel.HostKernel;
import io.github.gmem4j.core.kernel.KernelGeneration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mockito.InOrder;

/**
 * Calls that found a VM alive and are held between their steps while it is closed: each is over
 * before the platform is, or is refused; a torn-down platform is asked nothing.
 */
@Timeout(120)
class CallsBesideVmCloseTest {
  private static final Optional<byte[]> IN_PLACE = Optional.empty();

  private final Gate gate = new Gate();
  private final LockQueue threads = new LockQueue();
  private final Platform platform = Platforms.agreeable();
  private final World world =
      World.of(Engine.inMemory(), TestPolicy.confidential().with(platform), GuestMemory.MMAP);
  private final VirtualMachine vm = world.vm();

  /** Holds the MMU's lock: a vCPU's thread asks the platform whether it may run. */
  private void holdTheMmu() {
    when(platform.objectionToRunning())
        .thenAnswer(asked -> {
          gate.pass();
          return Optional.empty();
        });
    CompletableFuture<Exit> run = threads.held(() -> world.vcpu().run());
    gate.awaitArrival();
    assertFalse(run.isDone());
  }

  private void letGo() {
    gate.open();
    threads.letGo();
  }

  @Test
  void imageIsRefusedWhenTheVmIsClosedWhileThePlatformIsBusy() {
    when(platform.populate(any(), any(), any()))
        .thenAnswer(asked -> {
          // Comes as far as the lock that this thread holds.
          threads.enqueue(vm::close);
          return Granting.BUSY;
        });

    assertEquals(Errno.EIO, World.errnoOf(vm.populate(World.gpas(0, 2), IN_PLACE)));

    threads.letGo();
    verify(platform, times(1)).populate(any(), any(), any());
    verify(platform, times(1)).teardown();
  }

  @Test
  void imageThatWaitsForTheMmuIsOverBeforeThePlatformOrRefused() {
    holdTheMmu();
    CompletableFuture<KernelResult<PageCount>> image =
        threads.enqueue(() -> vm.populate(World.gpas(0, 1), IN_PLACE));
    threads.enqueue(vm::close);
    letGo();

    InOrder order = inOrder(platform);
    if (image.join().succeeded()) {
      order.verify(platform).populate(any(), any(), any());
    } else {
      assertEquals(Errno.EIO, World.errnoOf(image.join()));
    }
    order.verify(platform).teardown();
    order.verify(platform, never()).populate(any(), any(), any());
  }

  @Test
  void launchThatWaitsForTheMmuIsFinalizedBeforeThePlatformGoesOrNotAtAll() {
    holdTheMmu();
    CompletableFuture<KernelResult<VirtualMachine>> launch = threads.enqueue(vm::finalizeLaunch);
    threads.enqueue(vm::close);
    letGo();

    InOrder order = inOrder(platform);
    if (launch.join().succeeded()) {
      order.verify(platform).finalizeLaunch();
    } else {
      assertEquals(Errno.EIO, World.errnoOf(launch.join()));
    }
    order.verify(platform).teardown();
    order.verify(platform, never()).finalizeLaunch();
  }

  @Test
  void launchBehindACloseIsRefused() {
    holdTheMmu();
    threads.enqueue(vm::close);

    assertEquals(Errno.EIO, World.errnoOf(vm.finalizeLaunch()));
    assertEquals(Errno.EIO, World.errnoOf(vm.populate(World.gpas(0, 1), IN_PLACE)));

    letGo();
    verify(platform, never()).finalizeLaunch();
    verify(platform, never()).populate(any(), any(), any());
  }

  @Test
  void vcpuThatIsMadeWhileTheVmTellsItsVcpusOfTheEndIsToldToo() {
    List<Integer> told = new CopyOnWriteArrayList<>();
    vm.addListener(
        new VmListener() {
          @Override
          public void vcpuClosed(int vcpu) {
            told.add(vcpu);
          }
        });
    holdTheMmu();
    // Both wait to see the VM's vCPUs; the new one is not among them yet.
    threads.enqueue(vm::close);
    CompletableFuture<Vcpu> made = threads.enqueue(() -> vm.createVcpu(GuestProgram.of()));
    letGo();

    Vcpu late = made.join();
    assertTrue(late.isClosed());
    assertTrue(told.contains(late.id()), "told of " + told);
    Exit exit = late.run();
    assertEquals(Errno.EIO, assertInstanceOf(Exit.Failed.class, exit).errno());
    late.close();
    assertEquals(2, told.size(), "each once");
  }

  @Test
  void attributesThatWaitForTheSlotsAreRefusedOnceTheVmIsClosed() {
    World vmScoped =
        World.of(
            Engine.builder()
                .generation(KernelGeneration.VM_ATTRIBUTES)
                .faults((site, subject) -> {
                  if (site.equals(HostKernel.RESERVE_STATE)) {
                    gate.pass();
                  }
                  return false;
                })
                .build(),
            TestPolicy.confidential().with(platform),
            GuestMemory.MMAP);
    VirtualMachine closing = vmScoped.vm();

    // The first holds the slots, the second found the VM alive and waits for them.
    CompletableFuture<ConversionOutcome> first =
        threads.held(() -> closing.setMemoryAttributes(World.gpas(0, 1), 8, 0));
    gate.awaitArrival();
    CompletableFuture<ConversionOutcome> second =
        threads.enqueue(() -> closing.setMemoryAttributes(World.gpas(1, 1), 8, 0));
    threads.enqueue(closing::close);
    letGo();

    assertEquals(new ConversionOutcome.Converted(Shareability.PRIVATE), first.join());
    assertEquals(Optional.of(Errno.EIO), second.join().errno());
    assertEquals(List.of(), closing.slots());
  }
}
