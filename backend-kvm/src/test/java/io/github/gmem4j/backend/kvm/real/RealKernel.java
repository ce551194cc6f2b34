package io.github.gmem4j.backend.kvm.real;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.KvmAccess;
import io.github.gmem4j.backend.kvm.PlainGuest;
import io.github.gmem4j.backend.kvm.probe.Capability;
import io.github.gmem4j.backend.kvm.vm.KvmVm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** This host's KVM for tests that need a real one; without it they are skipped and say why. */
final class RealKernel {
  private RealKernel() {}

  /** Opens this host's KVM, or skips the test. */
  static Kvm open() {
    return switch (Kvm.open()) {
      case KvmAccess.Granted granted -> {
        Kvm kvm = granted.kvm();
        assumeTrue(
            kvm.probe().capabilities().getOrDefault(Capability.GUEST_MEMFD, 0L) == 1,
            "this kernel has no guest_memfd");
        yield kvm;
      }
      case KvmAccess.Refused refused -> abort(refused.reason());
    };
  }

  /** Creates an ordinary VM. */
  static KvmVm vm(Kvm kvm) {
    return kvm.createVm(PlainGuest.policy(VmType.DEFAULT), RoadListener.NONE).orThrow();
  }

  /** Counts this process's open files that belong to KVM, guest memories or this library. */
  static long files() {
    Path self = Path.of("/proc/self/fd");
    try (Stream<Path> files = Files.list(self)) {
      return files.filter(RealKernel::isOurs).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isOurs(Path descriptor) {
    try {
      String target = Files.readSymbolicLink(descriptor).toString();
      return target.contains("kvm")
          || target.contains("gmem")
          || target.contains("pipe:")
          || target.contains("io_uring")
          || target.contains("pagemap");
    } catch (IOException e) {
      // It was closed between the listing and the look: then it is nobody's.
      return false;
    }
  }

  /** Counts this process's mappings of such files. */
  static long mappings() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines
          .filter(
              line -> line.contains("kvm") || line.contains("gmem") || line.contains("io_uring"))
          .count();
    } catch (IOException e) {
      return fail(e);
    }
  }
}
