package io.github.gmem4j.backend.kvm.real;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.guest.PlainHypercall;
import io.github.gmem4j.api.guest.PlainResult;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.memory.KvmMapping;
import io.github.gmem4j.backend.kvm.vm.KvmVm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real guest code on a real vCPU. A KVM whose runs do not come back is found out and skipped. */
@Timeout(300)
@Tag("real-kernel")
class RealGuestTest {
  private static final ByteCount SIZE = ByteCount.mib(1);
  private static final Gpa BASE = new Gpa(0x10_0000);
  private static final Gpa NOBODYS = new Gpa(0xD000_0123L);
  private static final Duration LONG_ENOUGH = Duration.ofSeconds(10);
  private static final Exit HALT = new Exit.Halt();

  /** Whether this host's kernel serves a guest's hypercalls; empty before it was tried. */
  private static Optional<Boolean> servesCalls = Optional.empty();

  private final ScheduledExecutorService watchdog =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());
  private Kvm kvm;
  private KvmVm vm;
  private GuestMemory memory;
  private HostMapping mapping;
  private Vcpu vcpu;

  @BeforeEach
  void openHost() {
    kvm = RealKernel.open();
    vm = RealKernel.vm(kvm);
    KernelResult<GuestMemory> created =
        vm.createGuestMemory(SIZE, GuestMemory.MMAP | GuestMemory.INIT_SHARED);
    assumeTrue(created.succeeded(), "this kernel has no guest_memfd that is shared at first");
    memory = created.orThrow();
    mapping = memory.map(SIZE).orThrow();
    HostVirtualAddress at = ((KvmMapping) mapping).address();
    vm.setMemory(
            new SlotRequest(
                0, SlotRequest.GUEST_MEMFD, BASE, SIZE, at, Optional.of(memory), ByteOffset.ZERO))
        .orThrow();
    long exits = vm.exitHypercalls();
    assumeTrue((exits & 1L << Exit.MapGpaRange.NUMBER) != 0, "no exit for the hypercall");
    vm.enableExitHypercalls(exits).orThrow();
    vcpu = vm.createVcpu(GuestProgram.of());
    assumeTrue(run(Reply.RESUME).equals(HALT), "this KVM does not run this guest");
  }

  @AfterEach
  void closeHost() {
    watchdog.shutdownNow();
    if (mapping != null) {
      mapping.close();
      memory.close();
    }
    if (vm != null) {
      vm.close();
      kvm.close();
    }
  }

  /** Runs, but not for ever. */
  private Exit run(Reply reply) {
    ScheduledFuture<?> bark =
        watchdog.schedule(vcpu::kick, LONG_ENOUGH.toMillis(), TimeUnit.MILLISECONDS);
    try {
      return vcpu.run(reply);
    } finally {
      bark.cancel(false);
    }
  }

  private static Gpa at(long offset) {
    return new Gpa(BASE.value() + offset);
  }

  private static GuestAction read(Gpa gpa) {
    return new GuestAction.Read(gpa, Shareability.SHARED);
  }

  private static GuestAction write(Gpa gpa, int value) {
    return new GuestAction.Write(gpa, Shareability.SHARED, (byte) value);
  }

  private static GuestAction call(long number, long gpa, long pages, int privilege) {
    return new GuestAction.Call(new PlainHypercall(number, gpa, pages, 0x10, privilege));
  }

  private static ActionResult returned(long value) {
    return new ActionResult.Returned(new PlainResult(value));
  }

  /** Skips the test on a KVM whose guests hang in a hypercall: paravirtual builds do. */
  private void assumeHypercalls() {
    if (servesCalls.isEmpty()) {
      load(call(4711, 0, 0, 0));
      servesCalls = Optional.of(run(Reply.RESUME).equals(HALT));
    }
    assumeTrue(servesCalls.get(), "this KVM does not serve an ordinary guest's hypercalls");
  }

  private void load(GuestAction... actions) {
    vcpu.load(GuestProgram.of(actions));
  }

  @Test
  void guestAndHostShareBytesInBothDirections() {
    mapping.store(new ByteOffset(0x3005), new byte[] {77});
    load(read(at(0x3005)), write(at(0xFFFFF), 0x81), read(at(0xFFFFF)));
    assertEquals(HALT, run(Reply.RESUME));
    assertEquals(
        List.of(
            new ActionResult.Loaded((byte) 77),
            new ActionResult.Stored(),
            new ActionResult.Loaded((byte) 0x81)),
        vcpu.results());
    byte[] one = new byte[1];
    mapping.load(new ByteOffset(0xFFFFF), one);
    assertEquals((byte) 0x81, one[0]);
  }

  @Test
  void aHoleReadsZeroInTheGuestToo() {
    load(write(at(0x2000), 1), read(at(0x2000)));
    assertEquals(HALT, run(Reply.RESUME));
    memory.punchHole(ByteRange.of(0x2000, Page.BYTES)).orThrow();
    load(read(at(0x2000)));
    assertEquals(HALT, run(Reply.RESUME));
    assertEquals(List.of(new ActionResult.Loaded((byte) 0)), vcpu.results());
    assertTrue(memory.isPopulated(new PageIndex(2)));
  }

  @Test
  void theHypercallLeavesWithItsArgumentsAndReturnsAnyAnswer() {
    assumeHypercalls();
    for (long answer : new long[] {0, 11, 22, -11, Long.MIN_VALUE}) {
      load(call(Exit.MapGpaRange.NUMBER, BASE.value(), 16, 0));
      assertEquals(
          new Exit.MapGpaRange(BASE, new PageCount(16), 0x10, Exit.MapGpaRange.LONG_MODE),
          run(Reply.RESUME));
      assertEquals(HALT, run(new Reply.Answer(answer)));
      assertEquals(List.of(returned(answer)), vcpu.results());
    }
  }

  @Test
  void malformedCallsAreAnsweredByTheKernel() {
    assumeHypercalls();
    load(
        call(4711, BASE.value(), 1, 0),
        call(Exit.MapGpaRange.NUMBER, BASE.value() + 1, 1, 0),
        call(Exit.MapGpaRange.NUMBER, BASE.value(), 0, 0),
        call(Exit.MapGpaRange.NUMBER, BASE.value(), 1, 3),
        read(at(0)));
    assertEquals(HALT, run(Reply.RESUME));
    assertEquals(
        List.of(
            returned(-1000),
            returned(-22),
            returned(-22),
            returned(-1),
            new ActionResult.Loaded((byte) 0)),
        vcpu.results());
  }

  @Test
  void addressesOfNobodyAreTheVmmsToAnswer() {
    load(read(NOBODYS), write(NOBODYS, 9));
    assertEquals(new Exit.Mmio(NOBODYS, 1, Optional.empty()), run(Reply.RESUME));
    assertEquals(
        new Exit.Mmio(NOBODYS, 1, Optional.of((byte) 9)), run(new Reply.Data((byte) 0x33)));
    assertEquals(HALT, run(Reply.RESUME));
    assertEquals(
        List.of(new ActionResult.Loaded((byte) 0x33), new ActionResult.Stored()), vcpu.results());
  }

  @Test
  void aRequestIsPlayedOnTheRealVcpu() {
    assumeHypercalls();
    GpaRange range = GpaRange.of(BASE.value(), 0x4000);
    load(
        new GuestAction.Request(range, Shareability.PRIVATE),
        new GuestAction.Request(range, Shareability.SHARED));
    assertEquals(
        Shareability.PRIVATE, assertInstanceOf(Exit.MapGpaRange.class, run(Reply.RESUME)).target());
    assertEquals(
        Shareability.SHARED,
        assertInstanceOf(Exit.MapGpaRange.class, run(Reply.Answer.DONE)).target());
    assertEquals(HALT, run(Reply.Answer.RETRY));
    assertEquals(
        List.of(new ActionResult.Fulfilled(), new ActionResult.GaveUp("hypercall returned 11")),
        vcpu.results());
  }

  @Test
  void aKickCompletesTheCallFirst() {
    assumeHypercalls();
    load(call(Exit.MapGpaRange.NUMBER, BASE.value(), 1, 0));
    assertInstanceOf(Exit.MapGpaRange.class, run(Reply.RESUME));
    vcpu.kick();
    assertEquals(new Exit.Interrupted(), run(Reply.Answer.REFUSE));
    assertEquals(HALT, run(Reply.RESUME));
    assertEquals(List.of(returned(Errno.EINVAL.number())), vcpu.results());
  }

  @Test
  void aReplacedProgramForgetsWhatTheOldOneLeftOpen() {
    load(read(NOBODYS));
    assertInstanceOf(Exit.Mmio.class, run(Reply.RESUME));
    load(write(at(1), 5), read(at(1)));
    assertEquals(HALT, run(Reply.RESUME));
    assertEquals(new ActionResult.Loaded((byte) 5), vcpu.results().getLast());
  }

  @Test
  void aClosedMemoryNeverGivesTheGuestItsBytes() {
    load(write(at(0), 1));
    assertEquals(HALT, run(Reply.RESUME));
    memory.close();
    mapping.close();
    load(read(at(0)));
    // A KVM with shadow page tables emulates the access and takes it for one to nobody's address.
    Exit left = run(Reply.RESUME);
    assertTrue(
        left instanceof Exit.MemoryFault
            || left instanceof Exit.Mmio
            || left instanceof Exit.Failed failed && failed.errno() == Errno.EFAULT,
        () -> "left with " + left);
    assertEquals(List.of(), vcpu.results());
  }

  @Test
  void thousandsOfRandomAccessesAgreeWithABookOfBytes() {
    SplittableRandom random = new SplittableRandom(4);
    byte[] book = new byte[(int) SIZE.value()];
    for (int round = 0; round < 100; round++) {
      List<GuestAction> actions = new ArrayList<>();
      List<ActionResult> expected = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        int offset = random.nextInt(book.length);
        if (random.nextBoolean()) {
          int value = random.nextInt(256);
          actions.add(write(at(offset), value));
          expected.add(new ActionResult.Stored());
          book[offset] = (byte) value;
        } else {
          actions.add(read(at(offset)));
          expected.add(new ActionResult.Loaded(book[offset]));
        }
      }
      vcpu.load(new GuestProgram(actions));
      assertEquals(HALT, run(Reply.RESUME));
      assertEquals(expected, vcpu.results());
      int page = random.nextInt(book.length / Page.BYTES);
      memory.punchHole(new PageIndex(page).asRange().bytes()).orThrow();
      java.util.Arrays.fill(book, page * Page.BYTES, (page + 1) * Page.BYTES, (byte) 0);
      byte[] seen = new byte[book.length];
      mapping.load(ByteOffset.ZERO, seen);
      org.junit.jupiter.api.Assertions.assertArrayEquals(book, seen);
    }
  }
}
