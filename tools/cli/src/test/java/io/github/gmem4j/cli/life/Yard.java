package io.github.gmem4j.cli.life;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.testkit.asserting.AssertingPlatform;
import io.github.gmem4j.testkit.asserting.AssertingPolicy;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What the threads of one round share: VMs, memories, mappings, pins and vCPUs that come and go,
 * and one memory that a VM keeps all the time, of which others have views now and then.
 */
final class Yard {
  static final int PAGES = 6;
  static final ByteCount SIZE = new ByteCount((long) PAGES * Page.BYTES);
  private static final int MOST = 4;
  private static final int KEPT = 0x5a;

  final Engine engine = Engine.inMemory();
  final List<Mortal<VirtualMachine>> vms = new CopyOnWriteArrayList<>();
  final List<Mortal<GuestMemory>> memories = new CopyOnWriteArrayList<>();
  final List<Mortal<GuestMemory>> borrowed = new CopyOnWriteArrayList<>();
  final List<Mortal<HostMapping>> mappings = new CopyOnWriteArrayList<>();
  final List<Mortal<Pin>> pins = new CopyOnWriteArrayList<>();
  final List<Mortal<Vcpu>> vcpus = new CopyOnWriteArrayList<>();
  final GuestMemory kept;
  private final ConversionPolicy policy;
  private final List<AssertingPolicy> wrappers = new CopyOnWriteArrayList<>();
  private final VirtualMachine keeper;
  private final HostMapping keeps;
  private final Queue<Mortal<?>> everything = new ConcurrentLinkedQueue<>();

  Yard(ConversionPolicy policy) {
    this.policy = policy;
    keeper = createVm();
    kept = keeper.createGuestMemory(SIZE, GuestMemory.MMAP | GuestMemory.INIT_SHARED).orThrow();
    keeps = kept.map(SIZE).orThrow();
    for (int page = 0; page < PAGES; page++) {
      expect(
          keeps.store(at(page), new byte[] {(byte) (KEPT + page)}).equals(HostAccess.DONE),
          "store");
    }
  }

  /** Creates a VM with a wrapper of its own: it tells vCPUs apart by their number. */
  VirtualMachine createVm() {
    AssertingPolicy wrapper = AssertingPolicy.of(policy);
    wrappers.add(wrapper);
    VirtualMachine vm = engine.createVm(wrapper);
    vm.enableExitHypercalls(vm.exitHypercalls()).orThrow();
    return vm;
  }

  static ByteOffset at(int page) {
    return new ByteOffset((long) page * Page.BYTES);
  }

  static void expect(boolean so, String what) {
    if (!so) {
      throw new AssertionError(what);
    }
  }

  /** Puts something new among the others; if they are too many, one goes out of reach. */
  <T extends AutoCloseable> void add(List<Mortal<T>> among, Mortal<T> added, Random random) {
    everything.add(added);
    among.add(added);
    while (among.size() > MOST) {
      any(among, random).filter(among::remove).ifPresent(Mortal::end);
    }
  }

  /** Returns one of them, which may be closed; empty if there is none. */
  static <T> Optional<T> any(List<T> among, Random random) {
    List<T> now = List.copyOf(among);
    return now.isEmpty() ? Optional.empty() : Optional.of(now.get(random.nextInt(now.size())));
  }

  /** Looks whether what the keeper keeps is there, as the others' views of it come and go. */
  void checkKept() {
    byte[] into = new byte[1];
    for (int page = 0; page < PAGES; page++) {
      expect(keeps.load(at(page), into).equals(HostAccess.DONE), "the keeper lost page " + page);
      expect(into[0] == (byte) (KEPT + page), "the keeper's page " + page + " reads " + into[0]);
    }
  }

  /** Ends everything that is left and looks for what should have gone with it. */
  void close() {
    checkKept();
    everything.forEach(Mortal::end);
    checkKept();
    for (Mortal<?> each : everything) {
      if (each.object() instanceof VirtualMachine vm) {
        expect(vm.slots().isEmpty(), "slots of a closed VM: " + vm.slots());
      }
      if (each.object() instanceof GuestMemory memory) {
        expect(!(memory.map(SIZE) instanceof KernelResult.Ok<?>), "a closed memory was mapped");
      }
    }
    keeps.close();
    kept.close();
    keeper.close();
    for (AssertingPolicy wrapper : wrappers) {
      for (AssertingPlatform platform : wrapper.platforms()) {
        expect(platform.ownedPages().isEmpty(), "pages not given back: " + platform.ownedPages());
        expect(platform.mappedFrames().isEmpty(), "still mapped: " + platform.mappedFrames());
      }
    }
  }
}
