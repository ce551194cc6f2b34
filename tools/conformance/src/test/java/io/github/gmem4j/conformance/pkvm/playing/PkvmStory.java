package io.github.gmem4j.conformance.pkvm.playing;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.conformance.operation.Backing;
import io.github.gmem4j.conformance.operation.PinKind;
import io.github.gmem4j.conformance.pkvm.operation.GuestOperation;
import io.github.gmem4j.conformance.pkvm.operation.HostOperation;
import io.github.gmem4j.conformance.pkvm.operation.MappingOperation;
import io.github.gmem4j.conformance.pkvm.operation.PinOperation;
import io.github.gmem4j.conformance.pkvm.operation.PkvmOperation;
import io.github.gmem4j.conformance.pkvm.operation.Protection;
import io.github.gmem4j.conformance.pkvm.operation.Reach;
import io.github.gmem4j.conformance.pkvm.operation.SlotOperation;
import io.github.gmem4j.conformance.pkvm.operation.StartHost;
import io.github.gmem4j.conformance.pkvm.operation.VmOperation;
import io.github.gmem4j.conformance.recording.Field;
import io.github.gmem4j.conformance.recording.Result;
import io.github.gmem4j.conformance.recording.ResultBuilder;
import io.github.gmem4j.policy.pkvm.el2.VmKind;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/**
 * Plays operations by hand: pages of the host memory by number, and the guest's pages by the number
 * of the host page that slot 1 shows there.
 */
final class PkvmStory {
  static final long SLOT_1 = 0x9000_0000L;
  static final long SLOT_2 = 0xa000_0000L;
  static final long NOWHERE = 0xf000_0000L;
  static final int PAGES = 8;

  private final PkvmPlayer player;

  private PkvmStory(PkvmPlayer player) {
    this.player = player;
  }

  static PkvmStory of(VmKind kind, Backing backing) {
    return of(kind, backing, OptionalLong.empty());
  }

  /** Returns a host whose slot 1 shows all host memory. */
  static PkvmStory of(VmKind kind, Backing backing, OptionalLong memlock) {
    PkvmPlayer player =
        PkvmPlayer.inANewWorld(new StartHost(kind, backing, PAGES, 2, 40, memlock, "test", 1));
    PkvmStory story = new PkvmStory(player);
    story.setSlot(1, 0, SLOT_1, PAGES, 0);
    return story;
  }

  Result play(PkvmOperation operation) {
    return player.play(operation);
  }

  Result guestLoad(int page) {
    return guestLoadAt(SLOT_1 + page * (long) Page.BYTES);
  }

  Result guestLoadAt(long gpa) {
    return play(new GuestOperation.Load(0, new Gpa(gpa)));
  }

  Result guestStore(int page, int value) {
    return guestStoreAt(SLOT_1 + page * (long) Page.BYTES, value);
  }

  Result guestStoreAt(long gpa, int value) {
    return play(new GuestOperation.Store(1, new Gpa(gpa), value));
  }

  Result share(int page) {
    return call(Hvc.share(gpa(page)));
  }

  Result unshare(int page) {
    return call(Hvc.unshare(gpa(page)));
  }

  Result call(Hvc hvc) {
    return play(new GuestOperation.Call(0, hvc));
  }

  static Gpa gpa(int page) {
    return new Gpa(SLOT_1 + page * (long) Page.BYTES);
  }

  Result load(Reach by, int page) {
    return play(new HostOperation.Load(by, at(page)));
  }

  Result store(Reach by, int page, int value) {
    return play(new HostOperation.Store(by, at(page), value));
  }

  Result hostLoad(int page) {
    return load(Reach.VMM, page);
  }

  Result hostStore(int page, int value) {
    return store(Reach.VMM, page, value);
  }

  void fork() {
    play(new HostOperation.Fork());
  }

  void childExit() {
    play(new HostOperation.ChildExit());
  }

  Result unmap(int page, int count) {
    return play(new MappingOperation.Unmap(PageRange.of(page, count)));
  }

  Result remap(int page, int count) {
    return play(new MappingOperation.Remap(PageRange.of(page, count)));
  }

  Result protect(int page, int count, Protection protection) {
    return play(new MappingOperation.Protect(PageRange.of(page, count), protection));
  }

  Result drop(int page, int count) {
    return play(new MappingOperation.Drop(PageRange.of(page, count)));
  }

  Result punch(int page) {
    return play(new MappingOperation.Punch(PageRange.of(page, 1)));
  }

  Result pin(PinKind kind, int page, int count) {
    return play(new PinOperation.Take(1, kind, PageRange.of(page, count)));
  }

  Result unpin(PinKind kind) {
    return play(new PinOperation.Release(1, kind));
  }

  Result setSlot(int slot, long flags, long gpa, long pages, long offset) {
    return play(
        new SlotOperation.Set(
            slot, flags, new Gpa(gpa), new ByteCount(pages * Page.BYTES), new ByteOffset(offset)));
  }

  Result setGuestMemory(int slot, long gpa, long flags) {
    return play(new SlotOperation.SetGuestMemory(slot, new Gpa(gpa), new PageCount(4), flags));
  }

  Result createGuestMemory(long size, long flags) {
    return play(new SlotOperation.CreateGuestMemory(new ByteCount(size), flags));
  }

  /** Creates VM 1 with all host memory in its slot 1 and puts it in use. */
  void createSecond(VmKind kind) {
    play(new VmOperation.Create(1, kind));
    setSlot(1, 0, SLOT_1, PAGES, 0);
  }

  void use(int vm) {
    play(new VmOperation.Use(vm));
  }

  void destroy() {
    play(new VmOperation.Destroy());
  }

  private static ByteOffset at(int page) {
    return new ByteOffset(page * (long) Page.BYTES);
  }

  static Result ok(int value) {
    return new ResultBuilder().with(Field.EXIT, "OK").with(Field.VALUE, value).build();
  }

  static Result error(Errno errno) {
    return new ResultBuilder()
        .with(Field.EXIT, "ERROR")
        .with(Field.ERRNO, errno.name())
        .with(Field.REASON, 0)
        .build();
  }

  static Result answered(HvcResult result) {
    return new ResultBuilder()
        .with(Field.EXIT, "OK")
        .with(Field.X0, result.x0())
        .with(Field.X1, result.x1())
        .with(Field.X2, result.x2())
        .with(Field.X3, result.x3())
        .build();
  }

  static Result shared() {
    return answered(HvcResult.SUCCESS);
  }

  static Result invalid() {
    return answered(HvcResult.INVALID_PARAMETER);
  }

  static Result mmioLoad(long gpa) {
    return mmio(gpa, 0).build();
  }

  static Result mmioStore(long gpa, int value) {
    return mmio(gpa, 1).with(Field.DATA, value).build();
  }

  private static ResultBuilder mmio(long gpa, int isWrite) {
    return new ResultBuilder()
        .with(Field.EXIT, "MMIO")
        .with(Field.PHYS_ADDR, gpa)
        .with(Field.LEN, 1)
        .with(Field.IS_WRITE, isWrite);
  }

  static Result excepted() {
    return new ResultBuilder().with(Field.EXIT, "EXCEPTION").with(Field.ESR, 0x9600_0010L).build();
  }

  static Result segv(String code) {
    return new ResultBuilder().with(Field.SIG, "SIGSEGV").with(Field.CODE, code).build();
  }

  static Result data(long... bytes) {
    List<Long> list = Arrays.stream(bytes).boxed().toList();
    return new ResultBuilder().with(Field.DATA, list).build();
  }
}
