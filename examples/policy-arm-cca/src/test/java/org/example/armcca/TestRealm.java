package org.example.armcca;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.seam.Waiter;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.vmm.Coordinator;

/** A Realm in the engine: sixteen pages, private at first, and two vCPUs. */
final class TestRealm {
  static final long RAM = 1;
  static final long EMPTY = 0;
  static final long DESTROYED = 2;
  static final long NO_CHANGE_DESTROYED = 0;

  private static final long BASE = 0x8000_0000L;
  private static final int PAGES = 16;

  private final GuestMemory memory;
  private final HostMapping host;
  private final Coordinator coordinator;
  private final Vcpu first;
  private final Vcpu second;

  TestRealm(Waiter waiter, Participant... participants) {
    Engine engine = Engine.builder().waiter(waiter).build();
    ArmCcaPolicy policy = new ArmCcaPolicy();
    VirtualMachine vm = engine.createVm(policy);
    long size = (long) PAGES * Page.BYTES;
    memory = vm.createGuestMemory(new ByteCount(size), GuestMemory.MMAP).orThrow();
    vm.setMemory(SlotRequest.bind(0, gpa(0), memory)).orThrow();
    host = memory.map(memory.size()).orThrow();
    coordinator = engine.coordinator(vm, policy, participants);
    first = vm.createVcpu(GuestProgram.of());
    second = vm.createVcpu(GuestProgram.of());
  }

  TestRealm() {
    this(pause -> {});
  }

  GuestMemory memory() {
    return memory;
  }

  HostMapping host() {
    return host;
  }

  Coordinator coordinator() {
    return coordinator;
  }

  Vcpu vcpu() {
    return first;
  }

  Vcpu otherVcpu() {
    return second;
  }

  static Gpa gpa(long page) {
    return new Gpa(BASE + page * Page.BYTES);
  }

  static GpaRange gpas(long page, long count) {
    return new GpaRange(gpa(page), new ByteCount(count * Page.BYTES));
  }

  static ByteRange bytes(long page, long count) {
    return ByteRange.of(page * Page.BYTES, count * Page.BYTES);
  }

  static RsiCall set(long page, long count, long ripas, long flags) {
    return new RsiCall(RsiCall.SET, gpa(page).value(), gpa(page + count).value(), ripas, flags);
  }

  static RsiCall.Result accepted(long next) {
    return new RsiCall.Result(0, gpa(next).value(), RsiCall.Result.ACCEPT);
  }

  static RsiCall.Result rejected(long next) {
    return new RsiCall.Result(0, gpa(next).value(), RsiCall.Result.REJECT);
  }

  static GuestAction touch(long page, Shareability as) {
    return new GuestAction.Touch(gpa(page), as);
  }

  static GuestAction call(RsiCall call) {
    return new GuestAction.Call(call);
  }

  /** Begins something on a vCPU; returns why it left. */
  Exit begin(Vcpu vcpu, GuestAction action) {
    vcpu.load(GuestProgram.of(action));
    return vcpu.run();
  }

  /** Plays one thing to its end, with the VMM's help. */
  ActionResult play(Vcpu vcpu, GuestAction action) {
    vcpu.load(GuestProgram.of(action));
    assertEquals(new Exit.Halt(), coordinator.run(vcpu));
    return vcpu.results().getFirst();
  }

  ActionResult play(GuestAction action) {
    return play(first, action);
  }

  RsiCall.Result returned(RsiCall call) {
    var back = assertInstanceOf(ActionResult.Returned.class, play(call(call)));
    return assertInstanceOf(RsiCall.Result.class, back.result());
  }

  /** Asks as the Realm's kernel does. */
  ActionResult request(Vcpu vcpu, long page, long count, Shareability target) {
    return play(vcpu, new GuestAction.Request(gpas(page, count), target));
  }

  void mustRequest(long page, long count, Shareability target) {
    assertEquals(new ActionResult.Fulfilled(), request(first, page, count, target));
  }

  /** Returns the state of a page, as the Realm is told. */
  long ripasOf(long page) {
    long end = gpa(PAGES).value();
    RsiCall.Result result = returned(new RsiCall(RsiCall.GET, gpa(page).value(), end, 0, 0));
    return result.answer();
  }

  /** The host converts by itself. */
  void convert(long page, long count, Shareability target) {
    assertEquals(
        true, memory.convert(ConversionRequest.of(bytes(page, count), target)).succeeded());
  }

  /** The host takes a page that the Realm uses away from it, and gives it back. */
  void destroy(long page) {
    play(second, touch(page, Shareability.PRIVATE));
    convert(page, 1, Shareability.SHARED);
    convert(page, 1, Shareability.PRIVATE);
  }

  Shareability stateOf(long page) {
    return memory.shareability(new PageIndex(page));
  }
}
