package io.github.gmem4j.backend.kvm.probe;

import io.github.gmem4j.backend.kvm.fake.FakeKernel;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;

/** A kernel whose KVM_RUN does not come back by itself. */
final class SlowRun {
  private static final long KVM_RUN = 0xAE80;
  private static final int EINTR = 4;

  private SlowRun() {}

  /** Returns a kernel that interrupts KVM_RUN as soon as a call of this name is made. */
  static Syscalls until(FakeKernel kernel, String call) {
    CountDownLatch interrupted = new CountDownLatch(1);
    return (Syscalls)
        Proxy.newProxyInstance(
            SlowRun.class.getClassLoader(),
            new Class<?>[] {Syscalls.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals(call)) {
                interrupted.countDown();
              }
              if (method.getName().equals("ioctl") && arguments[1].equals(KVM_RUN)) {
                interrupted.await();
                return Returned.failure(EINTR);
              }
              try {
                return method.invoke(kernel, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
