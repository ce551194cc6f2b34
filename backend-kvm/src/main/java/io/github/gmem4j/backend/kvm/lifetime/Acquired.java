package io.github.gmem4j.backend.kvm.lifetime;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What was acquired on the way to something bigger: closed in reverse, unless the way was gone to
 * its end. For one thread.
 */
public final class Acquired implements AutoCloseable {
  private final Deque<Runnable> releases = new ArrayDeque<>();

  /** Remembers something to be closed if what follows fails. */
  public <T extends AutoCloseable> T add(T acquired, Runnable release) {
    releases.push(release);
    return acquired;
  }

  /** Remembers a descriptor. */
  public Descriptor add(Descriptor descriptor) {
    return add(descriptor, descriptor::close);
  }

  /** Remembers a mapping. */
  public Mapped add(Mapped mapped) {
    return add(mapped, mapped::close);
  }

  /** Keeps everything: the owner closes it from now on. */
  public <T> T keep(T owner) {
    releases.clear();
    return owner;
  }

  /** Closes what was not kept, the last first. */
  @Override
  public void close() {
    while (!releases.isEmpty()) {
      releases.pop().run();
    }
  }
}
