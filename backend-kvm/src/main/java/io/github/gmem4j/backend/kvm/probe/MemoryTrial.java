package io.github.gmem4j.backend.kvm.probe;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.VirtualMachine;

/** What came of using the guest memory of a VM; the fields are those of {@link VmFindings}. */
record MemoryTrial(
    Finding created,
    Finding mapped,
    Finding punched,
    Finding bound,
    Finding pipePin,
    Finding ringPin,
    Finding pinsBlock) {
  private static final ByteCount SIZE = ByteCount.kib(8);
  private static final ByteRange WHOLE = ByteRange.of(0, 2L * Page.BYTES);
  private static final ByteRange FIRST = ByteRange.of(0, Page.BYTES);
  private static final String HOLDER = "probe";

  /** What mapping, punching and pinning needs. */
  private static final Finding NO_MAPPING = new Finding.NotTried("mapped guest memory");

  /** Tries it all; leaves nothing behind. */
  static MemoryTrial of(VirtualMachine vm) {
    KernelResult<GuestMemory> shared =
        vm.createGuestMemory(SIZE, GuestMemory.MMAP | GuestMemory.INIT_SHARED);
    if (shared instanceof KernelResult.Ok<GuestMemory>(GuestMemory memory)) {
      try (memory) {
        return ofShared(vm, memory);
      }
    }
    KernelResult<GuestMemory> plain = vm.createGuestMemory(SIZE, 0);
    if (plain instanceof KernelResult.Ok<GuestMemory>(GuestMemory memory)) {
      try (memory) {
        Finding punched = Finding.of(memory.punchHole(WHOLE));
        return unmapped(Finding.of(shared), punched, bind(vm, memory));
      }
    }
    Finding none = new Finding.NotTried("guest memory");
    return new MemoryTrial(Finding.of(plain), none, none, none, none, none, none);
  }

  private static MemoryTrial unmapped(Finding mapped, Finding punched, Finding bound) {
    return new MemoryTrial(
        new Finding.Works(), mapped, punched, bound, NO_MAPPING, NO_MAPPING, NO_MAPPING);
  }

  private static MemoryTrial ofShared(VirtualMachine vm, GuestMemory memory) {
    Finding bound = bind(vm, memory);
    KernelResult<HostMapping> result = memory.map(SIZE);
    if (!(result instanceof KernelResult.Ok<HostMapping>(HostMapping mapping))) {
      return unmapped(Finding.of(result), Finding.of(memory.punchHole(WHOLE)), bound);
    }
    try (mapping) {
      return new MemoryTrial(
          new Finding.Works(),
          storeAndLoad(mapping),
          punch(memory, mapping),
          bound,
          pin(mapping, ReferenceKind.SHORT_TERM),
          pin(mapping, ReferenceKind.LONG_TERM),
          block(memory, mapping));
    }
  }

  private static Finding bind(VirtualMachine vm, GuestMemory memory) {
    Finding bound = Finding.of(vm.setMemory(SlotRequest.bind(0, new Gpa(0), memory)));
    return bound.works() ? Finding.of(vm.setMemory(SlotRequest.delete(0))) : bound;
  }

  private static Finding storeAndLoad(HostMapping mapping) {
    byte[] loaded = new byte[1];
    HostAccess stored = mapping.store(ByteOffset.ZERO, new byte[] {1});
    HostAccess read = mapping.load(ByteOffset.ZERO, loaded);
    if (stored instanceof HostAccess.Fault(var signal, String reason)) {
      return new Finding.Fails(signal + ": " + reason);
    }
    return read instanceof HostAccess.Done && loaded[0] == 1
        ? new Finding.Works()
        : new Finding.Fails("a byte that was stored does not load again");
  }

  private static Finding punch(GuestMemory memory, HostMapping mapping) {
    Finding punched = Finding.of(memory.punchHole(WHOLE));
    if (!punched.works()) {
      return punched;
    }
    byte[] loaded = {1};
    return mapping.load(ByteOffset.ZERO, loaded) instanceof HostAccess.Done && loaded[0] == 0
        ? new Finding.Works()
        : new Finding.Fails("a punched page still holds its bytes");
  }

  private static Finding pin(HostMapping mapping, ReferenceKind kind) {
    KernelResult<Pin> pinned = mapping.pin(new PageIndex(0), kind, HOLDER);
    if (pinned instanceof KernelResult.Ok<Pin>(Pin pin)) {
      pin.close();
    }
    return Finding.of(pinned);
  }

  private static Finding block(GuestMemory memory, HostMapping mapping) {
    KernelResult<Pin> pinned = mapping.pin(new PageIndex(0), ReferenceKind.SHORT_TERM, HOLDER);
    if (!(pinned instanceof KernelResult.Ok<Pin>(Pin pin))) {
      return new Finding.NotTried("a page in a pipe");
    }
    ConversionOutcome held;
    try (pin) {
      held = memory.convert(ConversionRequest.toPrivate(FIRST));
    }
    if (!(held instanceof ConversionOutcome.Blocked)) {
      return new Finding.Fails(
          held.errno()
              .map(errno -> "converting a page in a pipe is " + errno + ", not EAGAIN")
              .orElse("a page in a pipe is converted all the same"));
    }
    ConversionOutcome free = memory.convert(ConversionRequest.toPrivate(FIRST));
    return free.succeeded()
        ? new Finding.Works()
        : new Finding.Fails("the page stays blocked once the pipe is gone: " + free);
  }
}
