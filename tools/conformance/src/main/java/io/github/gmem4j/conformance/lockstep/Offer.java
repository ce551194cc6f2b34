package io.github.gmem4j.conformance.lockstep;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.conformance.comparing.ResultJson;
import io.github.gmem4j.conformance.operation.Backing;
import io.github.gmem4j.conformance.operation.ConversionOperation;
import io.github.gmem4j.conformance.operation.Generation;
import io.github.gmem4j.conformance.operation.GuestOperation;
import io.github.gmem4j.conformance.operation.MappingOperation;
import io.github.gmem4j.conformance.operation.MemoryOperation;
import io.github.gmem4j.conformance.operation.PinKind;
import io.github.gmem4j.conformance.operation.PinOperation;
import io.github.gmem4j.conformance.operation.SlotOperation;
import io.github.gmem4j.conformance.operation.StartVm;
import io.github.gmem4j.conformance.operation.VmmAnswer;
import io.github.gmem4j.conformance.playing.GuestMemoryPlayer;
import io.github.gmem4j.conformance.playing.Player;
import io.github.gmem4j.conformance.random.Move;
import io.github.gmem4j.conformance.recording.Field;
import io.github.gmem4j.conformance.recording.Result;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the engine and a kernel can be compared in. The engine is Linux 7.3; an older kernel, or one
 * built with less, lacks some calls or answers them with another errno. Each is found by trying.
 */
public final class Offer {
  private static final long GPA = 0x1_0000_0000L;
  private static final long PAGE = Page.BYTES;

  private final Map<Move, String> leftOut = new EnumMap<>(Move.class);

  private Offer() {}

  /**
   * Tries a kernel.
   *
   * @throws KernelException if it gives no VM of the type
   */
  public static Offer of(Kvm kvm, VmType type) {
    StartVm start = new StartVm(Generation.C, type, true, "trial", 0);
    try (Player player = GuestMemoryPlayer.onRealKernel(start, kvm)) {
      return of(player, start);
    }
  }

  /** Tries whatever a player plays on, by operations whose answers are known for Linux 7.3. */
  static Offer of(Player player, StartVm start) {
    Offer offer = new Offer();
    player.play(start);
    player.play(
        new MemoryOperation.Create(
            0, new ByteCount(2 * PAGE), GuestMemory.MMAP, Optional.of(Backing.MEMFD)));
    offer.tryGuest(player);
    offer.tryBinds(player);
    offer.tryConversions(player);
    offer.tryPrefault(player);
    offer.tryRing(player);
    offer.tryHypercall(player);
    return offer;
  }

  /** Returns what is left out, and why. */
  public Map<Move, String> leftOut() {
    return leftOut;
  }

  private void tryGuest(Player player) {
    GuestOperation load = new GuestOperation.Load(new Gpa(GPA));
    player.play(load);
    player.play(bind(1, SlotRequest.READONLY, GPA, 0));
    expectOfGuest(player.play(load), "HLT", "a frame that has a slot now and had none before");
    player.play(new MappingOperation.Unmap(0, PageRange.of(0, 1)));
    expectOfGuest(player.play(load), "UNKNOWN", "a page that the host has unmapped");
    player.play(new MappingOperation.Remap(0, PageRange.of(0, 1)));
    player.play(new SlotOperation.Unbind(1));
    expectOfGuest(player.play(load), "MMIO", "a frame that has no slot any more");
  }

  private void expectOfGuest(Result result, String exit, String what) {
    expect(
        result, Field.EXIT, exit, "a guest's load of " + what, Move.GUEST_LOAD, Move.GUEST_STORE);
  }

  private void tryBinds(Player player) {
    long memory = SlotRequest.GUEST_MEMFD;
    player.play(bind(1, memory, GPA, 0));
    expect(
        player.play(bind(2, memory, GPA + PAGE, 0)),
        Field.ERRNO,
        "EEXIST",
        "binding a page twice",
        Move.BIND_TWICE);
    expect(
        player.play(bind(3, memory, GPA + PAGE, 0x7ffffffffffff000L)),
        Field.ERRNO,
        "EINVAL",
        "binding pages that no memory has",
        Move.BIND_ILLEGAL);
  }

  private static SlotOperation bind(int slot, long flags, long gpa, long offset) {
    return new SlotOperation.Bind(
        slot, flags, new Gpa(gpa), new ByteCount(PAGE), 0, new ByteOffset(offset), 0);
  }

  private void tryConversions(Player player) {
    GpaRange wrong = GpaRange.of(GPA, 1);
    expect(
        player.play(new ConversionOperation.OfVm(wrong, 0, 0)),
        Field.ERRNO,
        "EINVAL",
        "KVM_SET_MEMORY_ATTRIBUTES of one byte",
        Move.CONVERT,
        Move.CONVERT_ILLEGAL);
    expect(
        player.play(
            new ConversionOperation.OfMemory(0, ConversionRequest.toShared(ByteRange.of(0, PAGE)))),
        Field.ERRNO,
        "ENOTTY",
        "KVM_SET_MEMORY_ATTRIBUTES2",
        Move.CONVERT_IN_PLACE);
  }

  private void tryPrefault(Player player) {
    long hole = GPA + 2 * PAGE;
    expect(
        player.play(new GuestOperation.Prefault(GpaRange.of(hole, PAGE), 0)),
        Field.ERRNO,
        "ENOENT",
        "KVM_PRE_FAULT_MEMORY of a frame that no slot has",
        Move.PREFAULT,
        Move.PREFAULT_ILLEGAL);
  }

  private void tryRing(Player player) {
    try {
      player.play(new PinOperation.Take(0, PinKind.IOURING, 0, PageRange.of(0, 1)));
      player.play(new PinOperation.Release(0, PinKind.IOURING));
    } catch (KernelException e) {
      leaveOut(String.valueOf(e.getMessage()), Move.REGISTER);
    }
  }

  private void tryHypercall(Player player) {
    expect(
        player.play(
            new GuestOperation.Hypercall(
                Exit.MapGpaRange.NUMBER, GPA, 1, 0, 0, new VmmAnswer.Ignore())),
        Field.EXIT,
        "HYPERCALL",
        "a guest's hypercall",
        Move.HYPERCALL,
        Move.HYPERCALL_ILLEGAL);
  }

  private void expect(Result result, Field field, String value, String what, Move... moves) {
    if (!value.equals(result.fields().get(field))) {
      leaveOut(what + " is answered " + ResultJson.of(result) + ", not " + value, moves);
    }
  }

  private void leaveOut(String reason, Move... moves) {
    for (Move move : moves) {
      leftOut.put(move, reason);
    }
  }
}
