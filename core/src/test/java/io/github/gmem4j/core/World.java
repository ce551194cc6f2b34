package io.github.gmem4j.core;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.kernel.KernelGeneration;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;

/**
 * What most tests begin with: one VM, one guest memory of {@link #PAGES} pages that the host may
 * map, bound whole in slot {@link #SLOT} at {@link #BASE}, one host mapping of it, one vCPU.
 */
public final class World {
  /** Pages of the memory. */
  public static final int PAGES = 16;

  /** Where the memory appears in the guest. */
  public static final long BASE = 0x1_0000_0000L;

  /** The slot it is bound in. */
  public static final int SLOT = 1;

  private final Engine engine;
  private final VirtualMachine vm;
  private final GuestMemory memory;
  private final HostMapping host;
  private final Vcpu vcpu;

  private World(Engine engine, ConversionPolicy policy, long flags) {
    this.engine = engine;
    this.vm = engine.createVm(policy);
    this.memory = vm.createGuestMemory(bytes(PAGES), flags).orThrow();
    vm.setMemory(SlotRequest.bind(SLOT, new Gpa(BASE), memory)).orThrow();
    this.host = memory.map(memory.size()).orThrow();
    this.vcpu = vm.createVcpu(GuestProgram.of());
  }

  /** A software-protected VM on in-place conversion, all pages private. */
  public static World inPlace() {
    return of(Engine.inMemory(), SoftwareProtectedPolicy.create(), GuestMemory.MMAP);
  }

  /** The same, all pages shared. */
  public static World inPlaceShared() {
    return inPlaceShared(Engine.builder());
  }

  /** The same, all pages shared, on an engine of one's own. */
  public static World inPlaceShared(EngineBuilder engine) {
    return of(
        engine.build(),
        SoftwareProtectedPolicy.create(),
        GuestMemory.MMAP | GuestMemory.INIT_SHARED);
  }

  /** Generation A, all pages shared: the flag that makes a memory mappable is the only one. */
  public static World rfcShared() {
    return of(
        Engine.builder().generation(KernelGeneration.RFC_2025).build(),
        SoftwareProtectedPolicy.create(),
        GuestMemory.MMAP);
  }

  /** Any world. */
  public static World of(Engine engine, ConversionPolicy policy, long flags) {
    return new World(engine, policy, flags);
  }

  /** Returns the engine. */
  public Engine engine() {
    return engine;
  }

  /** Returns the VM. */
  public VirtualMachine vm() {
    return vm;
  }

  /** Returns the memory. */
  public GuestMemory memory() {
    return memory;
  }

  /** Returns the host's mapping of the whole memory. */
  public HostMapping host() {
    return host;
  }

  /** Returns the vCPU; its program is whatever the last guest access was. */
  public Vcpu vcpu() {
    return vcpu;
  }

  /** Returns the size of some pages. */
  public static ByteCount bytes(long pages) {
    return new ByteCount(pages * Page.BYTES);
  }

  /** Returns the bytes of some pages. */
  public static ByteRange pages(long first, long count) {
    return ByteRange.of(first * Page.BYTES, count * Page.BYTES);
  }

  /** Returns the guest physical address of a page. */
  public static Gpa gpa(long page) {
    return new Gpa(BASE + page * Page.BYTES);
  }

  /** Returns the guest physical bytes of some pages. */
  public static GpaRange gpas(long first, long count) {
    return new GpaRange(gpa(first), bytes(count));
  }

  /** Returns where a page begins in the memory. */
  public static ByteOffset at(long page) {
    return new ByteOffset(page * Page.BYTES);
  }

  /** Converts pages to private. */
  public ConversionOutcome toPrivate(long first, long count) {
    return memory.convert(ConversionRequest.toPrivate(pages(first, count)));
  }

  /** Converts pages to shared. */
  public ConversionOutcome toShared(long first, long count) {
    return memory.convert(ConversionRequest.toShared(pages(first, count)));
  }

  /** Returns the states of all pages of the memory, {@code P} or {@code S} for each. */
  public String states() {
    return states(memory);
  }

  /** Returns the states of all pages of a memory, {@code P} or {@code S} for each. */
  public static String states(GuestMemory of) {
    StringBuilder states = new StringBuilder();
    for (long page = 0; page < of.size().wholePages().value(); page++) {
      boolean isPrivate = of.shareability(new PageIndex(page)) == Shareability.PRIVATE;
      states.append(isPrivate ? 'P' : 'S');
    }
    return states.toString();
  }

  /** Stores a byte at the start of a page, as the host. */
  public HostAccess hostStore(long page, int value) {
    return host.store(at(page), new byte[] {(byte) value});
  }

  /** Loads the first byte of a page, as the host. */
  public byte hostLoad(long page) {
    return load(host, page);
  }

  /** Loads the first byte of a page through a mapping that must allow it. */
  public static byte load(HostMapping mapping, long page) {
    byte[] into = new byte[1];
    if (mapping.load(at(page), into) instanceof HostAccess.Fault fault) {
      throw new AssertionError(fault.toString());
    }
    return into[0];
  }

  /** Tells whether the host can touch a page. */
  public boolean hostReaches(long page) {
    return host.load(at(page), new byte[1]).equals(HostAccess.DONE);
  }

  /** Tells whether the host has a page mapped. */
  public boolean hostMaps(long page) {
    return host.isMapped(new PageIndex(page));
  }

  /** Takes a reference on a page. */
  public Pin pin(long page, ReferenceKind kind, String holder) {
    return host.pin(new PageIndex(page), kind, holder).orThrow();
  }

  /** Lets the guest do one thing and returns why {@code run()} came back. */
  public Exit exitOf(GuestAction action) {
    vcpu.load(GuestProgram.of(action));
    return vcpu.run();
  }

  /** Lets the guest do one thing that must work. */
  public ActionResult resultOf(GuestAction action) {
    Exit exit = exitOf(action);
    if (!(exit instanceof Exit.Halt)) {
      throw new AssertionError(action + " left with " + exit);
    }
    return vcpu.results().getFirst();
  }

  /** Lets the guest do one thing, answers its exit and returns the next one. */
  public Exit exitAfter(GuestAction action, Reply reply) {
    exitOf(action);
    return vcpu.run(reply);
  }

  /** Stores a byte at the start of a page, as the guest, in the kind the page has. */
  public void guestStore(long page, int value) {
    resultOf(new GuestAction.Write(gpa(page), stateOf(page), (byte) value));
  }

  /** Loads the first byte of a page, as the guest, in the kind the page has. */
  public byte guestLoad(long page) {
    ActionResult result = resultOf(new GuestAction.Read(gpa(page), stateOf(page)));
    return ((ActionResult.Loaded) result).value();
  }

  private Shareability stateOf(long page) {
    return memory.shareability(new PageIndex(page));
  }

  /** Returns the errno of a call that must have failed. */
  public static Errno errnoOf(KernelResult<?> result) {
    if (result instanceof KernelResult.Failed<?> failed) {
      return failed.errno();
    }
    throw new AssertionError("succeeded: " + result);
  }
}
