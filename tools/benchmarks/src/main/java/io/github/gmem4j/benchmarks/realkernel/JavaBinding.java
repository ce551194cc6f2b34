package io.github.gmem4j.benchmarks.realkernel;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.backend.kvm.memory.KvmMapping;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The binding, used as its users do. */
final class JavaBinding implements Contender {
  private final VirtualMachine vm;
  private final ByteCount size;
  private final ByteRange whole;

  JavaBinding(VirtualMachine vm, ByteCount size) {
    this.vm = vm;
    this.size = size;
    this.whole = ByteRange.of(0, size.value());
  }

  @Override
  public double[] play(Part part, int rounds) {
    double[] took = new double[rounds];
    switch (part) {
      case CREATE -> creates(took);
      case MMAP -> maps(took);
      case TOUCH -> touches(took);
      case PUNCH -> punches(took);
      case CYCLE -> cycles(took);
    }
    return took;
  }

  private GuestMemory create() {
    return vm.createGuestMemory(size, GuestMemory.MMAP | GuestMemory.INIT_SHARED).orThrow();
  }

  private KvmMapping map(GuestMemory memory) {
    HostMapping mapping = memory.map(size).orThrow();
    return (KvmMapping) mapping;
  }

  private static void touch(KvmMapping mapping) {
    MemorySegment bytes = mapping.bytes();
    for (long at = 0; at < bytes.byteSize(); at += Page.BYTES) {
      bytes.set(ValueLayout.JAVA_BYTE, at, (byte) 1);
    }
  }

  private void creates(double[] took) {
    for (int i = 0; i < took.length; i++) {
      long begun = System.nanoTime();
      GuestMemory memory = create();
      took[i] = System.nanoTime() - begun;
      memory.close();
    }
  }

  private void maps(double[] took) {
    try (GuestMemory memory = create()) {
      for (int i = 0; i < took.length; i++) {
        long begun = System.nanoTime();
        KvmMapping mapping = map(memory);
        took[i] = System.nanoTime() - begun;
        mapping.close();
      }
    }
  }

  private void touches(double[] took) {
    try (GuestMemory memory = create();
        KvmMapping mapping = map(memory)) {
      for (int i = 0; i < took.length; i++) {
        long begun = System.nanoTime();
        touch(mapping);
        took[i] = System.nanoTime() - begun;
        memory.punchHole(whole).orThrow();
      }
    }
  }

  private void punches(double[] took) {
    try (GuestMemory memory = create();
        KvmMapping mapping = map(memory)) {
      for (int i = 0; i < took.length; i++) {
        touch(mapping);
        long begun = System.nanoTime();
        memory.punchHole(whole).orThrow();
        took[i] = System.nanoTime() - begun;
      }
    }
  }

  private void cycles(double[] took) {
    for (int i = 0; i < took.length; i++) {
      long begun = System.nanoTime();
      try (GuestMemory memory = create();
          KvmMapping mapping = map(memory)) {
        touch(mapping);
        memory.punchHole(whole).orThrow();
      }
      took[i] = System.nanoTime() - begun;
    }
  }
}
