package io.github.gmem4j.cli.life;

import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** One thread of the stress: makes, uses and ends things at random, its own and others'. */
final class Actor {
  private static final int SLOTS = 3;

  private final Yard yard;
  private final Random random;

  Actor(Yard yard, long seed) {
    this.yard = yard;
    this.random = new Random(seed);
  }

  void act() {
    switch (random.nextInt(22)) {
      case 0 -> createVm();
      case 1 -> with(yard.vms, this::createMemory);
      case 2 -> with(yard.vms, this::link);
      case 3 -> with(yard.vms, this::borrow);
      case 4 -> with(yard.vms, this::createVcpu);
      case 5, 6 -> with(yard.vms, this::bind);
      case 7 -> with(yard.vms, this::deleteSlot);
      case 8 -> with(yard.memories, this::map);
      case 9 -> with(yard.borrowed, this::map);
      case 10 -> with(yard.mappings, this::duplicate);
      case 11 -> with(yard.mappings, this::touch);
      case 12 -> with(yard.mappings, this::pin);
      case 13, 14 -> with(yard.memories, this::convert);
      case 15 -> with(yard.memories, this::fallocate);
      case 16, 17, 18 -> with(yard.vcpus, this::run);
      case 19 -> with(yard.vcpus, this::disturb);
      case 20 -> with(yard.pins, this::reach);
      default -> end();
    }
  }

  private <T> void with(List<T> among, Consumer<T> act) {
    Yard.any(among, random).ifPresent(act);
  }

  /** An Ok of something that was closed before it was asked is the fault that is looked for. */
  private static boolean ok(boolean ended, KernelResult<?> result, String what) {
    boolean ok = result instanceof KernelResult.Ok<?>;
    Yard.expect(!(ok && ended), what + " on a closed one: " + result);
    return ok;
  }

  private void createVm() {
    yard.add(yard.vms, new Mortal<>(yard.createVm(), VirtualMachine::close), random);
  }

  private void createMemory(Mortal<VirtualMachine> vm) {
    long flags = GuestMemory.MMAP | (random.nextBoolean() ? GuestMemory.INIT_SHARED : 0);
    boolean ended = vm.isEnded();
    KernelResult<GuestMemory> made = vm.object().createGuestMemory(Yard.SIZE, flags);
    if (ok(ended, made, "createGuestMemory")) {
      addMemory(yard.memories, made.orThrow());
    }
  }

  private void addMemory(List<Mortal<GuestMemory>> among, GuestMemory memory) {
    yard.add(among, new Mortal<>(memory, GuestMemory::close), random);
  }

  private void link(Mortal<VirtualMachine> vm) {
    with(
        yard.memories,
        memory -> {
          boolean ended = vm.isEnded() || memory.isEnded();
          KernelResult<GuestMemory> linked = vm.object().linkGuestMemory(memory.object());
          if (ok(ended, linked, "linkGuestMemory")) {
            addMemory(yard.memories, linked.orThrow());
          }
        });
  }

  private void borrow(Mortal<VirtualMachine> vm) {
    boolean ended = vm.isEnded();
    KernelResult<GuestMemory> linked = vm.object().linkGuestMemory(yard.kept);
    if (ok(ended, linked, "linkGuestMemory")) {
      addMemory(yard.borrowed, linked.orThrow());
    }
    yard.checkKept();
  }

  private void createVcpu(Mortal<VirtualMachine> vm) {
    yard.add(yard.vcpus, new Mortal<>(vm.object().createVcpu(program()), Vcpu::close), random);
  }

  private void bind(Mortal<VirtualMachine> vm) {
    with(
        yard.memories,
        memory -> {
          boolean ended = vm.isEnded() || memory.isEnded();
          int slot = random.nextInt(SLOTS);
          ok(
              ended,
              vm.object().setMemory(SlotRequest.bind(slot, gpa(slot, 0), memory.object())),
              "setMemory");
        });
  }

  private void deleteSlot(Mortal<VirtualMachine> vm) {
    boolean ended = vm.isEnded();
    ok(ended, vm.object().setMemory(SlotRequest.delete(random.nextInt(SLOTS))), "setMemory");
  }

  private void map(Mortal<GuestMemory> memory) {
    boolean ended = memory.isEnded();
    KernelResult<HostMapping> mapped = memory.object().map(Yard.SIZE);
    if (ok(ended, mapped, "map")) {
      addMapping(mapped.orThrow());
    }
  }

  private void addMapping(HostMapping mapping) {
    yard.add(yard.mappings, new Mortal<>(mapping, HostMapping::close), random);
  }

  private void duplicate(Mortal<HostMapping> mapping) {
    boolean ended = mapping.isEnded();
    HostMapping copy = mapping.object().duplicate();
    Yard.expect(
        !ended || copy.load(Yard.at(0), new byte[1]) instanceof HostAccess.Fault,
        "the copy of a closed mapping reaches memory");
    addMapping(copy);
  }

  private void touch(Mortal<HostMapping> mapping) {
    boolean ended = mapping.isEnded();
    int page = page();
    HostAccess access = mapping.object().load(Yard.at(page), new byte[1]);
    Yard.expect(!ended || !access.equals(HostAccess.DONE), "a closed mapping was loaded from");
    Yard.expect(!ended || !mapping.object().isMapped(new PageIndex(page)), "a closed mapping maps");
  }

  private void pin(Mortal<HostMapping> mapping) {
    boolean ended = mapping.isEnded();
    KernelResult<Pin> pinned =
        mapping.object().pin(new PageIndex(page()), ReferenceKind.SHORT_TERM, "actor");
    if (ok(ended, pinned, "pin")) {
      yard.add(yard.pins, new Mortal<>(pinned.orThrow(), Pin::close), random);
    }
  }

  private void reach(Mortal<Pin> pin) {
    boolean ended = pin.isEnded();
    try {
      pin.object().load(0);
      Yard.expect(!ended, "a released pin was loaded from");
    } catch (IllegalStateException released) {
      Yard.expect(
          String.valueOf(released.getMessage()).startsWith("released"), released.toString());
    }
    pin.end();
  }

  private void convert(Mortal<GuestMemory> memory) {
    boolean ended = memory.isEnded();
    Shareability to = random.nextBoolean() ? Shareability.PRIVATE : Shareability.SHARED;
    boolean done = memory.object().convert(ConversionRequest.of(bytes(), to)).succeeded();
    Yard.expect(!(done && ended), "a closed memory was converted");
  }

  private void fallocate(Mortal<GuestMemory> memory) {
    boolean ended = memory.isEnded();
    GuestMemory object = memory.object();
    ok(
        ended,
        random.nextBoolean() ? object.punchHole(bytes()) : object.allocate(bytes()),
        "fallocate");
  }

  private void run(Mortal<Vcpu> vcpu) {
    insideOrNot(() -> {
      boolean ended = vcpu.isEnded();
      Reply reply = Reply.RESUME;
      for (int entries = 0; entries < 4; entries++) {
        Exit exit = vcpu.object().run(reply);
        Yard.expect(!ended || exit instanceof Exit.Failed, "a closed vCPU left with " + exit);
        switch (exit) {
          case Exit.MapGpaRange map -> reply = answer();
          case Exit.Unshare unshare -> reply = answer();
          default -> {
            return;
          }
        }
      }
    });
  }

  private Reply answer() {
    return random.nextBoolean() ? Reply.Answer.DONE : Reply.Answer.RETRY;
  }

  private void disturb(Mortal<Vcpu> vcpu) {
    switch (random.nextInt(3)) {
      case 0 -> vcpu.object().kick();
      case 1 -> insideOrNot(() -> vcpu.object().load(program()));
      default -> insideOrNot(() -> vcpu.object().prefault(new GpaRange(gpa(0, 0), Yard.SIZE), 0));
    }
  }

  /** Another thread may be inside the vCPU: then the vCPU says so. */
  private static void insideOrNot(Runnable call) {
    try {
      call.run();
    } catch (IllegalStateException taken) {
      Yard.expect(String.valueOf(taken.getMessage()).contains("is inside"), taken.toString());
    }
  }

  private void end() {
    switch (random.nextInt(6)) {
      case 0 -> with(yard.vms, Mortal::end);
      case 1 -> with(yard.memories, Mortal::end);
      case 2 -> with(yard.borrowed, Mortal::end);
      case 3 -> with(yard.mappings, Mortal::end);
      case 4 -> with(yard.pins, Mortal::end);
      default -> with(yard.vcpus, Mortal::end);
    }
  }

  private GuestProgram program() {
    int slot = random.nextInt(SLOTS);
    Shareability as = random.nextBoolean() ? Shareability.PRIVATE : Shareability.SHARED;
    return GuestProgram.of(
        new GuestAction.Touch(gpa(slot, page()), as),
        new GuestAction.Request(new GpaRange(gpa(slot, 0), Yard.SIZE), as.opposite()),
        new GuestAction.Write(gpa(slot, page()), as.opposite(), (byte) 1),
        new GuestAction.Read(gpa(slot, page()), as.opposite()));
  }

  private ByteRange bytes() {
    int first = page();
    long count = 1L + random.nextInt(Yard.PAGES - first);
    return ByteRange.of((long) first * Page.BYTES, count * Page.BYTES);
  }

  private int page() {
    return random.nextInt(Yard.PAGES);
  }

  private static Gpa gpa(int slot, int page) {
    return new Gpa(0x1_0000_0000L + ((long) slot << 30) + (long) page * Page.BYTES);
  }
}
