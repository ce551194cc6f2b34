package io.github.gmem4j.backend.kvm.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.PlainGuest;
import io.github.gmem4j.backend.kvm.Refusal;
import io.github.gmem4j.backend.kvm.fake.FakeKernel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A VM or vCPU is closed while somebody is inside {@code run()}; each actor is held where it is.
 */
@Timeout(30)
class ClosingTest {
  private static final Gpa BASE = new Gpa(0x1_0000_0000L);
  private static final ByteCount SIZE = ByteCount.kib(16);
  private static final Optional<Errno> GONE = Optional.of(Errno.EIO);

  private static final GuestProgram READS =
      GuestProgram.of(
          new GuestAction.Read(BASE, Shareability.SHARED),
          new GuestAction.Read(new Gpa(BASE.value() + 4096), Shareability.SHARED));

  /** What a listener does when a vCPU begins an action. */
  @FunctionalInterface
  private interface AtAction {
    void begun(int vcpu) throws Exception;
  }

  private final FakeKernel kernel = new FakeKernel(FakeKernel.Generation.IN_PLACE);
  private final Kvm kvm = Kvm.open(kernel).orThrow();
  private AtAction listener = vcpu -> {};
  private final KvmVm vm =
      kvm.createVm(PlainGuest.policy(VmType.SW_PROTECTED), this::told).orThrow();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  private void told(RoadEvent event) {
    if (event instanceof RoadEvent.ActionBegun begun) {
      try {
        listener.begun(begun.vcpu());
      } catch (Exception e) {
        throw new AssertionError("the listener of vCPU " + begun.vcpu(), e);
      }
    }
  }

  @AfterEach
  void nothingIsLeft() {
    vm.close();
    kvm.close();
    threads.shutdownNow();
    kernel.assertNothingLeft();
  }

  private GuestMemory bound() {
    GuestMemory memory = vm.createGuestMemory(SIZE, 3).orThrow();
    vm.setMemory(SlotRequest.bind(0, BASE, memory)).orThrow();
    return memory;
  }

  private void awaitTheClose() {
    while (!vm.setMemoryAttributes(GpaRange.of(0, 4096), 0, 0).errno().equals(GONE)) {
      Thread.onSpinWait();
    }
  }

  private static Errno errno(Exit exit) {
    return assertInstanceOf(Exit.Failed.class, exit).errno();
  }

  @Test
  void aListenerMayAskTheVmThatAnotherThreadIsClosing() throws Exception {
    try (GuestMemory memory = bound();
        Vcpu vcpu = vm.createVcpu(READS)) {
      CompletableFuture<Future<?>> closing = new CompletableFuture<>();
      listener =
          id -> {
            closing.complete(threads.submit(vm::close));
            // The closing thread has begun once this says so; then it waits for this run.
            awaitTheClose();
            assertEquals(List.of(), vm.slots());
            assertEquals(
                Errno.EIO, Refusal.errno(vm.setMemory(SlotRequest.bind(1, new Gpa(0), memory))));
            KernelException refused =
                assertThrows(KernelException.class, () -> vm.createVcpu(READS));
            assertEquals(Errno.EIO, refused.errno());
          };
      assertEquals(Errno.EIO, errno(vcpu.run()));
      closing.get().get();
    }
  }

  @Test
  void aVcpuThatItsOwnListenerClosesKeepsItsStructUntilItLeaves() {
    try (GuestMemory memory = bound()) {
      Vcpu vcpu = vm.createVcpu(READS);
      int mappings = kernel.mappingCount();
      int files = kernel.openFiles();
      listener =
          id -> {
            vcpu.close();
            assertEquals(mappings, kernel.mappingCount());
            assertEquals(files, kernel.openFiles());
          };
      assertEquals(Errno.EBADF, errno(vcpu.run()));
      assertEquals(files - 1, kernel.openFiles());
      assertEquals(Errno.EBADF, errno(vcpu.run()));
      assertEquals(SIZE, memory.size());
    }
  }

  @Test
  void aVmThatAListenerClosesKeepsWhatItsRunUsesUntilThat() {
    GuestMemory memory = bound();
    Vcpu vcpu = vm.createVcpu(READS);
    vm.createVcpu(READS);
    int mappings = kernel.mappingCount();
    listener =
        id -> {
          vm.close();
          // The other vCPU runs nowhere and is gone; this one's struct and the code are needed.
          assertEquals(mappings - 1, kernel.mappingCount());
        };
    assertEquals(Errno.EIO, errno(vcpu.run()));
    memory.close();
    kvm.close();
    kernel.assertNothingLeft();
  }

  @Test
  void listenersThatCloseEachOthersVcpuWaitForNobody() throws Exception {
    try (GuestMemory memory = bound();
        Vcpu one = vm.createVcpu(READS);
        Vcpu other = vm.createVcpu(READS)) {
      CyclicBarrier both = new CyclicBarrier(2);
      listener =
          id -> {
            both.await();
            (id == 0 ? other : one).close();
            both.await();
          };
      Future<Exit> first = threads.submit(() -> one.run());
      assertEquals(Errno.EBADF, errno(other.run()));
      assertEquals(Errno.EBADF, errno(first.get()));
      // Closed by itself and now with the VM: the first answer stays.
      vm.close();
      assertEquals(Errno.EBADF, errno(one.run()));
      assertEquals(SIZE, memory.size());
    }
  }

  @Test
  void aListenerMayNotRunOrReloadItsOwnVcpu() {
    try (GuestMemory memory = bound();
        Vcpu vcpu = vm.createVcpu(GuestProgram.of(READS.actions().getFirst()))) {
      listener =
          id -> {
            assertThrows(IllegalStateException.class, vcpu::run);
            assertThrows(IllegalStateException.class, () -> vcpu.load(READS));
          };
      assertEquals(new Exit.Halt(), vcpu.run());
      assertEquals(SIZE, memory.size());
    }
  }

  @Test
  void theGuestsCodeGoesWithTheLastVcpuOfAClosedVm() throws Exception {
    try (GuestMemory memory = bound();
        Vcpu vcpu = vm.createVcpu(READS)) {
      CyclicBarrier held = new CyclicBarrier(2);
      listener =
          id -> {
            held.await();
            held.await();
          };
      Future<Exit> run = threads.submit(() -> vcpu.run());
      held.await();
      int mappings = kernel.mappingCount();
      Future<?> closing = threads.submit(vm::close);
      awaitTheClose();
      assertEquals(mappings, kernel.mappingCount());
      held.await();
      assertEquals(Errno.EIO, errno(run.get()));
      closing.get();
      assertEquals(SIZE, memory.size());
    }
  }
}
