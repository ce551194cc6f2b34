package io.github.gmem4j.backend.kvm.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.backend.kvm.fake.FakeKernel;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A process in which something wakes threads all the time: nobody is to notice. */
class InterruptedCallsTest {
  private static final Returned INTERRUPTED = Returned.failure(4);

  /** Calls of an open file in which Linux looks for a signal. */
  private static final Set<String> INTERRUPTIBLE =
      Set.of("ioctl", "fallocate", "ftruncate", "read", "pread", "pwrite", "vmsplice", "tee");

  /** Completes what the last exit left open before it looks for a signal. */
  private static final long RUN = 0xAE80;

  private static boolean isInterruptible(String name, Object[] arguments) {
    return INTERRUPTIBLE.contains(name) && !(name.equals("ioctl") && arguments[1].equals(RUN));
  }

  /** Every second of those calls does nothing but report that it was interrupted. */
  private static final class Waking {
    private final FakeKernel kernel;
    private int woken;
    private boolean last;

    Waking(FakeKernel.Generation generation) {
      kernel = new FakeKernel(generation);
    }

    Syscalls syscalls() {
      return (Syscalls)
          Proxy.newProxyInstance(
              Syscalls.class.getClassLoader(),
              new Class<?>[] {Syscalls.class},
              (proxy, method, arguments) -> {
                last = isInterruptible(method.getName(), arguments) && !last;
                woken += last ? 1 : 0;
                return last ? INTERRUPTED : method.invoke(kernel, arguments);
              });
    }
  }

  @ParameterizedTest
  @EnumSource(FakeKernel.Generation.class)
  void anInterruptedCallIsMadeAgain(FakeKernel.Generation generation) {
    List<String> undisturbed = Life.over(new FakeKernel(generation));
    Waking waking = new Waking(generation);
    assertEquals(undisturbed, Life.over(waking.syscalls()));
    assertTrue(waking.woken > 50, "too few were interrupted: " + waking.woken);
    waking.kernel.assertNothingLeft();
  }
}
