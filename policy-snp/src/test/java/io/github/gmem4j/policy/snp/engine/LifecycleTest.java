package io.github.gmem4j.policy.snp.engine;

import static io.github.gmem4j.api.memory.Shareability.PRIVATE;
import static io.github.gmem4j.api.memory.Shareability.SHARED;
import static io.github.gmem4j.policy.snp.engine.SnpVm.SIZE;
import static io.github.gmem4j.policy.snp.engine.SnpVm.event;
import static io.github.gmem4j.policy.snp.engine.SnpVm.loaded;
import static io.github.gmem4j.policy.snp.engine.SnpVm.psc;
import static io.github.gmem4j.policy.snp.engine.SnpVm.pvalidate;
import static io.github.gmem4j.policy.snp.engine.SnpVm.read;
import static io.github.gmem4j.policy.snp.engine.SnpVm.share;
import static io.github.gmem4j.policy.snp.engine.SnpVm.toPrivate;
import static io.github.gmem4j.policy.snp.engine.SnpVm.toShared;
import static io.github.gmem4j.policy.snp.engine.SnpVm.unshare;
import static io.github.gmem4j.policy.snp.engine.SnpVm.validate;
import static io.github.gmem4j.policy.snp.engine.SnpVm.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.kernel.HostKernel;
import io.github.gmem4j.policy.snp.GuestFlavour;
import io.github.gmem4j.policy.snp.SnpConfig;
import io.github.gmem4j.policy.snp.ghcb.ExitInfo;
import io.github.gmem4j.policy.snp.ghcb.VmgExitResult;
import io.github.gmem4j.policy.snp.rmp.RmpFaults;
import io.github.gmem4j.policy.snp.rmp.SnpInstructionResult;
import io.github.gmem4j.policy.snp.rmp.Validation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Edge cases 56 to 65: launch, reset, two vCPUs, slots that go, pages that break. */
final class LifecycleTest {
  private static final ActionResult FULFILLED = new ActionResult.Fulfilled();
  private static final Optional<byte[]> IMAGE = Optional.of(image());
  private static final GpaRange FIRST_PAGE = GpaRange.of(0, 4096);

  private static byte[] image() {
    byte[] bytes = new byte[4096];
    bytes[0] = 42;
    return bytes;
  }

  private static void assertFailed(Errno errno, KernelResult<PageCount> result) {
    assertEquals(errno, assertInstanceOf(KernelResult.Failed.class, result).errno());
  }

  @Test
  void c56_aPageIsAddedToTheImageOnceAndOnlyWhilePrivate() {
    SnpVm vm = new SnpVm(SnpVm.CONFIG);
    vm.vm.populate(FIRST_PAGE, IMAGE).orThrow();

    assertFailed(Errno.EIO, vm.vm.populate(FIRST_PAGE, IMAGE));
    vm.convert(4096, 4096, SHARED);
    assertFailed(Errno.EINVAL, vm.vm.populate(GpaRange.of(4096, 4096), IMAGE));

    vm.vm.finalizeLaunch().orThrow();
    assertEquals(List.of(loaded(42)), vm.run(read(0, PRIVATE)));
  }

  @Test
  void c57_aRefusedPageIsReadableAgainAsSharedAndCanBeCorrected() {
    SnpVm vm = new SnpVm(SnpVm.CONFIG);
    vm.convert(0, 4096, SHARED);
    vm.store(0, 41);
    vm.convert(0, 4096, PRIVATE);
    vm.fail(RmpFaults.LAUNCH_UPDATE, 1);
    assertFailed(Errno.EIO, vm.vm.populate(FIRST_PAGE, Optional.empty()));

    vm.convert(0, 4096, SHARED);
    assertEquals(41, vm.load(0));
    vm.store(0, 42);
    vm.convert(0, 4096, PRIVATE);
    vm.vm.populate(FIRST_PAGE, Optional.empty()).orThrow();

    vm.vm.finalizeLaunch().orThrow();
    assertEquals(List.of(loaded(42)), vm.run(read(0, PRIVATE)));
  }

  @Test
  void c58_nothingIsMappedAheadBeforeTheLaunchIsFinished() {
    SnpVm vm = new SnpVm(SnpVm.CONFIG);
    Vcpu vcpu = vm.vcpu();

    assertEquals(Optional.of(Errno.EOPNOTSUPP), vcpu.prefault(FIRST_PAGE, 0).errno());
    vm.vm.finalizeLaunch().orThrow();
    assertEquals(Optional.empty(), vcpu.prefault(FIRST_PAGE, 0).errno());
    assertEquals(1, vm.rmp().assignedPages());
  }

  @Test
  void c59_aResetGivesEveryPageBackBeforeTheRelaunch() {
    SnpVm vm = new SnpVm(SnpVm.CONFIG);
    vm.vm.populate(FIRST_PAGE, IMAGE).orThrow();
    vm.vm.finalizeLaunch().orThrow();
    vm.run(validate(4096), validate(8192), share(8192, 4096));
    assertEquals(2, vm.rmp().assignedPages());
    var old = vm.policy.platform();

    VirtualMachine next = vm.engine.createVm(vm.policy);
    GuestMemory view = next.linkGuestMemory(vm.memory).orThrow();
    vm.vm.close();
    view.punchHole(ByteRange.of(0, SIZE.value())).orThrow();

    assertEquals(0, old.rmp().assignedPages());
    next.setMemory(SlotRequest.bind(0, new Gpa(0), view)).orThrow();
    next.populate(FIRST_PAGE, IMAGE).orThrow();
    next.finalizeLaunch().orThrow();
    Vcpu vcpu = next.createVcpu(GuestProgram.of(read(0, PRIVATE)));
    assertInstanceOf(Exit.Halt.class, vcpu.run());
    assertEquals(List.of(loaded(42)), vcpu.results());
    assertEquals(SHARED, vm.stateAt(8192));
  }

  @Test
  void c60_theLastPagesBeforeAKexecComeOneByOneThroughTheMsr() {
    SnpVm vm =
        SnpVm.launched(SnpVm.CONFIG.toBuilder().guest(GuestFlavour.LINUX_WITHOUT_GHCB).build());
    long ghcbs = SnpVm.GHCB.value() - 3 * 4096;
    vm.convert(ghcbs, 4 * 4096, SHARED);
    Vcpu vcpu = vm.vcpu(unshare(ghcbs, 4 * 4096));
    List<Long> pages = new ArrayList<>();

    Exit exit = vcpu.run();
    while (exit instanceof Exit.MapGpaRange map) {
      pages.add(map.pages().value());
      exit = vcpu.run(vm.answer(vcpu, exit));
    }

    assertEquals(List.of(1L, 1L, 1L, 1L), pages);
    assertEquals(List.of(FULFILLED), vcpu.results());
    assertEquals(PRIVATE, vm.stateAt(SnpVm.GHCB.value()));
  }

  @Test
  void c61_aGuestThatDoesNotNoticeARefusalLosesNothing() {
    Agreement iommu = new Agreement();
    SnpVm vm =
        SnpVm.launched(SnpVm.CONFIG.toBuilder().guest(GuestFlavour.COCONUT_SVSM).build(), iommu);
    vm.run(validate(0));
    iommu.answer = new Preparation.Refused("no room");
    Vcpu vcpu = vm.vcpu(share(0, 4096), write(0, SHARED, 42), read(0, SHARED));

    Exit.MemoryFault fault = assertInstanceOf(Exit.MemoryFault.class, vm.vmm.run(vcpu));

    assertEquals(List.of(FULFILLED), vcpu.results());
    assertEquals(SHARED, fault.access());
    assertEquals(PRIVATE, vm.stateAt(0));

    iommu.answer = Preparation.READY;
    assertInstanceOf(Exit.Halt.class, vm.engine.coordinator(vm.vm, vm.policy, iommu).run(vcpu));
    assertEquals(loaded(42), vcpu.results().getLast());
    assertEquals(42, vm.load(0));
  }

  @Test
  void c62_ofTwoOverlappingRequestsTheLastOneAnsweredWinsAndBothSucceed() {
    SnpVm vm = SnpVm.launched();
    Vcpu first = vm.vcpu(psc(toShared(1), toShared(2)));
    Vcpu second = vm.vcpu(psc(toPrivate(2), toPrivate(3)));
    Exit shared = first.run();
    Exit taken = second.run();

    second.run(vm.answer(second, taken));
    first.run(vm.answer(first, shared));

    assertEquals(ExitInfo.NONE, event(first.results().getFirst()).info());
    assertEquals(ExitInfo.NONE, event(second.results().getFirst()).info());
    assertEquals(SHARED, vm.stateAt(2 * 4096));
    assertEquals(PRIVATE, vm.stateAt(3 * 4096));
  }

  private static GuestMemory addSecondMemory(SnpVm vm) {
    GuestMemory more = vm.vm.createGuestMemory(SIZE, GuestMemory.MMAP).orThrow();
    vm.vm.setMemory(SlotRequest.bind(1, new Gpa(SIZE.value()), more)).orThrow();
    return more;
  }

  /** The GHCB lies elsewhere, so that a request may reach the end of the memory. */
  private static SnpVm withoutGhcb() {
    return SnpVm.launched(SnpConfig.DEFAULT);
  }

  @Test
  void c63_aRequestOverTwoMemoriesIsUndoneWhenTheSecondRefuses() {
    SnpVm vm = withoutGhcb();
    GuestMemory more = addSecondMemory(vm);
    long boundary = SIZE.wholePages().value();
    vm.run(psc(toShared(boundary - 1), toShared(boundary)));
    HostMapping mapping = more.map(SIZE).orThrow();
    Pin pin = mapping.pin(new PageIndex(0), ReferenceKind.LONG_TERM, "nic").orThrow();
    vm.store((boundary - 1) * 4096, 42);

    VmgExitResult.Event result =
        event(vm.run(psc(toPrivate(boundary - 1), toPrivate(boundary))).getFirst());

    assertEquals(ExitInfo.FAILED, result.info());
    assertEquals(0, result.buffer().header().currentEntry());
    assertEquals(SHARED, vm.stateAt((boundary - 1) * 4096));
    assertEquals(SHARED, more.shareability(new PageIndex(0)));
    assertEquals(42, vm.load((boundary - 1) * 4096));
    pin.close();
  }

  @Test
  void c63_sharingOverTwoMemoriesIsUndoneToo() {
    SnpVm vm = withoutGhcb();
    GuestMemory more = addSecondMemory(vm);
    long boundary = SIZE.wholePages().value();
    long last = (boundary - 1) * 4096;
    vm.convert(last, 4096, PRIVATE);
    vm.run(validate(last), pvalidate(last, Validation.RESCIND));
    vm.failAfter(HostKernel.RESERVE_STATE, 1);

    VmgExitResult.Event result =
        event(vm.run(psc(toShared(boundary - 1), toShared(boundary))).getFirst());

    assertEquals(ExitInfo.FAILED, result.info());
    assertEquals(0, result.buffer().header().currentEntry());
    assertEquals(PRIVATE, vm.stateAt(last));
    assertEquals(PRIVATE, more.shareability(new PageIndex(0)));
    assertEquals(List.of(SnpVm.executed(SnpInstructionResult.CHANGED)), vm.run(validate(last)));
  }

  @Test
  void c63_sharingWhereOneMemoryIsClosedConvertsNothing() {
    SnpVm vm = withoutGhcb();
    GuestMemory more = addSecondMemory(vm);
    long boundary = SIZE.wholePages().value();
    vm.convert((boundary - 1) * 4096, 4096, PRIVATE);
    more.close();

    VmgExitResult.Event result =
        event(vm.run(psc(toShared(boundary - 1), toShared(boundary))).getFirst());

    assertEquals(ExitInfo.FAILED, result.info());
    assertEquals(PRIVATE, vm.stateAt((boundary - 1) * 4096));
  }

  @Test
  void c64_aSlotThatGoesWhileTheRequestIsOutFailsItCleanly() {
    SnpVm vm = SnpVm.launched(SnpVm.CONFIG);
    vm.convert(0, 4096, SHARED);
    Vcpu vcpu = vm.vcpu(psc(toPrivate(0)));
    Exit exit = vcpu.run();

    vm.vm.setMemory(SlotRequest.delete(0)).orThrow();

    assertEquals(Reply.Answer.REFUSE, vm.answer(vcpu, exit));
    vcpu.run(Reply.Answer.REFUSE);
    assertEquals(ExitInfo.FAILED, event(vcpu.results().getFirst()).info());
    assertEquals(SHARED, vm.stateAt(0));
  }

  @Test
  void c64_aMemoryThatIsClosedWhileTheRequestIsOutFailsItCleanly() {
    Agreement iommu = new Agreement();
    SnpVm vm = SnpVm.launched(iommu);
    vm.convert(0, 4096, SHARED);
    Vcpu vcpu = vm.vcpu(psc(toPrivate(0)));
    Exit exit = vcpu.run();

    vm.memory.close();

    assertEquals(Reply.Answer.REFUSE, vm.answer(vcpu, exit));
    assertEquals(List.of(), iommu.committed);
    assertEquals(SHARED, vm.stateAt(0));
  }

  @Test
  void c65_aBrokenPageMayBecomePrivateAndStopsTheGuestAtItsFirstTouch() {
    SnpVm vm = SnpVm.launched();
    vm.convert(0, 4096, SHARED);
    vm.store(0, 1);
    vm.memory.poison(new PageIndex(0)).orThrow();

    List<ActionResult> asked = vm.run(psc(toPrivate(0)));
    assertEquals(ExitInfo.NONE, event(asked.getFirst()).info());

    Exit.MemoryFault fault =
        assertInstanceOf(Exit.MemoryFault.class, vm.runToTheEnd(read(0, PRIVATE)));
    assertEquals(Errno.EHWPOISON, fault.errno());
    assertEquals(PRIVATE, vm.stateAt(0));
  }

  @Test
  void aLinuxGuestSends64EntriesAtATimeAndParticipantsCommitEachExit() {
    Agreement iommu = new Agreement();
    SnpVm vm = SnpVm.launched(iommu);
    vm.run(unshare(4096, 130 * 4096));
    iommu.committed.clear();

    assertEquals(List.of(FULFILLED), vm.run(share(4096, 130 * 4096)));

    assertEquals(
        List.of(64L, 64L, 2L),
        iommu.committed.stream().map(piece -> piece.pages().count().value()).toList());
    IntStream.rangeClosed(1, 130).forEach(page -> assertEquals(SHARED, vm.stateAt(page * 4096L)));
    assertEquals(new ByteOffset(4096), iommu.committed.getFirst().pages().bytes().start());
  }

  @Test
  void aPrivateWriteSurvivesTheOtherVcpusConversions() {
    SnpVm vm = SnpVm.launched();
    vm.run(validate(0), write(0, PRIVATE, 7), validate(4096), share(4096, 4096));

    assertEquals(List.of(FULFILLED, loaded(7)), vm.run(unshare(4096, 4096), read(0, PRIVATE)));
  }
}
