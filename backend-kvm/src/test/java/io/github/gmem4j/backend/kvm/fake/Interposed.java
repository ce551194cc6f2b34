package io.github.gmem4j.backend.kvm.fake;

import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** System calls of a fake kernel with somebody who sees each before it is made, and can hold it. */
public final class Interposed {
  private Interposed() {}

  /** Told of a call before it is made, in the thread that makes it. */
  @FunctionalInterface
  public interface Before {
    /** Takes note, and may wait. */
    void call(String name, Object[] arguments);
  }

  /** Returns the calls of a kernel as somebody sees them. */
  public static Syscalls over(Syscalls kernel, Before before) {
    return (Syscalls)
        Proxy.newProxyInstance(
            Syscalls.class.getClassLoader(),
            new Class<?>[] {Syscalls.class},
            (proxy, method, arguments) -> {
              before.call(method.getName(), arguments == null ? new Object[0] : arguments);
              try {
                return method.invoke(kernel, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** Tells whether a call is an ioctl with a number. */
  public static boolean isIoctl(String name, Object[] arguments, long request) {
    return name.equals("ioctl") && arguments[1].equals(request);
  }
}
