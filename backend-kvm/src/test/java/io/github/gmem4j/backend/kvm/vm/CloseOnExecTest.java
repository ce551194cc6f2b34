package io.github.gmem4j.backend.kvm.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.backend.kvm.fake.FakeKernel;
import io.github.gmem4j.backend.kvm.fake.Interposed;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A program that this process starts inherits none of the backend's files. */
class CloseOnExecTest {
  private static final long CREATE_GUEST_MEMFD = 0xC040AED4L;
  private static final int FCNTL = 72;

  @ParameterizedTest
  @EnumSource(FakeKernel.Generation.class)
  void noFileIsInheritedButForTheOneCallThatMakesItSo(FakeKernel.Generation generation) {
    FakeKernel kernel = new FakeKernel(generation);
    Set<String> exposed = new HashSet<>();
    int[] memories = {0};
    Life.over(
        Interposed.over(
            kernel,
            (name, arguments) -> {
              memories[0] += Interposed.isIoctl(name, arguments, CREATE_GUEST_MEMFD) ? 1 : 0;
              boolean marks = name.equals("syscall") && arguments[0].equals((long) FCNTL);
              if (!marks && !kernel.inherited().isEmpty()) {
                exposed.add(name);
              }
            }));
    assertEquals(Set.of(), exposed);
    assertTrue(memories[0] > 0, "no guest memory was created");
  }
}
