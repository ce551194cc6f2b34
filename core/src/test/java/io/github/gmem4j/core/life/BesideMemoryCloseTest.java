package io.github.gmem4j.core.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.LockQueue;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Calls that found a memory open and stand in line behind its close are answered as by a closed
 * one, and take nothing from another VM that has the memory, too. As in the kernel, where {@code
 * fdget} and the last {@code fput} decide (fs/file.c, fs/file_table.c).
 */
@Timeout(120)
class BesideMemoryCloseTest {
  private static final long PAGE = 1;
  private static final long SPARE = 5;

  private final LockQueue queue = new LockQueue();
  private final World world = World.inPlaceShared(Engine.builder().faults(queue));
  private final GuestMemory memory = world.memory();
  private final VirtualMachine otherVm = world.engine().createVm(SoftwareProtectedPolicy.create());
  private final GuestMemory other = otherVm.linkGuestMemory(memory).orThrow();

  @BeforeEach
  void theOtherVmKeepsSomethingInTheMemory() {
    world.hostStore(PAGE, 7);
    world.host().close();
    queue.hold(other, SPARE);
  }

  /** What the other VM's host reads in the page that it keeps. */
  private byte theirs() {
    try (HostMapping mapping = other.map(other.size()).orThrow()) {
      return World.load(mapping, PAGE);
    }
  }

  private static boolean reaches(HostMapping mapping) {
    return mapping.load(World.at(PAGE), new byte[1]).equals(HostAccess.DONE);
  }

  private <T> CompletableFuture<T> behindClose(Supplier<T> call) {
    queue.enqueue(memory::close);
    CompletableFuture<T> answer = queue.enqueue(call);
    queue.letGo();
    return answer;
  }

  private void refused(Errno errno, Supplier<KernelResult<?>> call) {
    KernelResult<?> answer = behindClose(call).join();
    assertEquals(errno, assertInstanceOf(KernelResult.Failed.class, answer).errno());
    assertEquals(7, theirs());
  }

  @Test
  void map() {
    refused(Errno.EBADF, () -> memory.map(ByteCount.PAGE));
  }

  @Test
  void linkGuestMemory() {
    VirtualMachine third = world.engine().createVm(SoftwareProtectedPolicy.create());
    refused(Errno.EINVAL, () -> third.linkGuestMemory(memory));
  }

  @Test
  void bind() {
    refused(
        Errno.EBADF,
        () -> world.vm().setMemory(SlotRequest.bind(9, World.gpa(4 * World.PAGES), memory)));
    assertEquals(1, world.vm().slots().size(), "the slot that was there before");
  }

  @Test
  void punchHole() {
    refused(Errno.EBADF, () -> memory.punchHole(World.pages(PAGE, 1)));
  }

  @Test
  void allocate() {
    refused(Errno.EBADF, () -> memory.allocate(World.pages(PAGE + 1, 1)));
    assertFalse(other.isPopulated(new PageIndex(PAGE + 1)));
  }

  @Test
  void poison() {
    refused(Errno.EBADF, () -> memory.poison(new PageIndex(PAGE)));
  }

  @Test
  void convert() {
    ConversionOutcome outcome =
        behindClose(() ->
                memory.convert(ConversionRequest.of(World.pages(PAGE, 1), Shareability.PRIVATE)))
            .join();

    assertEquals(Optional.of(Errno.EBADF), outcome.errno());
    assertEquals(Shareability.SHARED, other.shareability(new PageIndex(PAGE)));
  }

  @Test
  void guestTouchBringsNoPageIntoAMemoryThatItsVmHasLost() {
    GuestAction touch = new GuestAction.Touch(World.gpa(PAGE + 1), Shareability.SHARED);

    Exit exit = behindClose(() -> world.exitOf(touch)).join();

    assertInstanceOf(Exit.MemoryFault.class, exit);
    assertFalse(other.isPopulated(new PageIndex(PAGE + 1)));
  }

  @Test
  void mappingThatCameFirstKeepsTheContents() {
    CompletableFuture<KernelResult<HostMapping>> mapped =
        queue.enqueue(() -> memory.map(memory.size()));
    queue.enqueue(memory::close);
    queue.letGo();
    other.close();

    HostMapping mapping = mapped.join().orThrow();
    assertEquals(7, World.load(mapping, PAGE));
    mapping.close();
  }

  @Test
  void closedTwiceAtOnceTheMemoryIsReleasedOnce() {
    queue.enqueue(memory::close);
    queue.enqueue(memory::close);
    queue.letGo();

    assertEquals(7, theirs());
  }

  @Test
  void loadBehindTheCloseOfItsMappingFindsNothing() {
    HostMapping mapping = secondMapping();
    queue.enqueue(mapping::close);
    CompletableFuture<Boolean> loaded = queue.enqueue(() -> reaches(mapping));
    queue.letGo();

    assertFalse(loaded.join());
    assertFalse(mapping.isMapped(new PageIndex(PAGE)));
  }

  @Test
  void duplicateBehindTheCloseOfItsMappingHasNothingMappedEither() {
    HostMapping mapping = secondMapping();
    queue.enqueue(mapping::close);
    CompletableFuture<HostMapping> copy = queue.enqueue(mapping::duplicate);
    queue.letGo();

    assertFalse(reaches(copy.join()));
    assertEquals(mapping.length(), copy.join().length());
    memory.close();
    copy.join().close();
    assertEquals(7, theirs(), "released once");
  }

  @Test
  void mappingClosedTwiceAtOnceCountsOnce() {
    HostMapping first = secondMapping();
    queue.letGo();
    HostMapping second = first.duplicate();
    queue.hold(other, SPARE + 2);
    queue.enqueue(memory::close);
    queue.enqueue(first::close);
    queue.enqueue(first::close);
    queue.letGo();
    other.close();

    assertEquals(7, World.load(second, PAGE));
    second.close();
  }

  private HostMapping secondMapping() {
    queue.letGo();
    HostMapping mapping = memory.map(memory.size()).orThrow();
    queue.hold(other, SPARE + 1);
    return mapping;
  }
}
