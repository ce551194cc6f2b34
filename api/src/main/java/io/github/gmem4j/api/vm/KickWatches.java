package io.github.gmem4j.api.vm;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Who is to be told of a vCPU's kicks and its end; for implementors of {@link Vcpu}. Thread-safe.
 */
public final class KickWatches {
  private final List<Watch> watches = new CopyOnWriteArrayList<>();

  /** Creates an empty list. */
  public KickWatches() {}

  /** Adds somebody. See {@link Vcpu#onKick}. */
  public KickWatch add(Runnable wake) {
    Watch watch = new Watch(wake);
    watches.add(watch);
    return watch;
  }

  /** Tells everybody, in the order in which they came. Called with no lock held. */
  public void tell() {
    watches.forEach(watch -> watch.wake.run());
  }

  /** One of them, told apart by identity: the same wake-up may be added twice. */
  private final class Watch implements KickWatch {
    private final Runnable wake;

    Watch(Runnable wake) {
      this.wake = wake;
    }

    @Override
    public void close() {
      watches.remove(this);
    }
  }
}
