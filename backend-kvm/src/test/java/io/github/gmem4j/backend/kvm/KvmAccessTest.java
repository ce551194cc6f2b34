package io.github.gmem4j.backend.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.vm.ConversionScope;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.backend.kvm.KvmAccess.Obstacle;
import io.github.gmem4j.backend.kvm.fake.FakeHost;
import io.github.gmem4j.backend.kvm.fake.FakeKernel;
import io.github.gmem4j.backend.kvm.probe.Capability;
import io.github.gmem4j.backend.kvm.probe.ConversionInterface;
import io.github.gmem4j.backend.kvm.probe.HostReport;
import io.github.gmem4j.backend.kvm.probe.MachineType;
import io.github.gmem4j.backend.kvm.probe.TypeReport;
import io.github.gmem4j.backend.kvm.vm.KvmVm;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KvmAccessTest {
  @ParameterizedTest
  @CsvSource({
    "2, NO_DEVICE",
    "19, NO_DEVICE",
    "6, NO_DEVICE",
    "13, NO_PERMISSION",
    "1, NO_PERMISSION",
    "24, KERNEL"
  })
  void eachWayOfNotOpeningHasItsReason(int errno, Obstacle obstacle) {
    FakeKernel kernel = new FakeKernel(FakeKernel.Generation.NONE);
    kernel.failAt(0, errno);
    KvmAccess.Refused refused = assertInstanceOf(KvmAccess.Refused.class, Kvm.open(kernel));
    assertEquals(obstacle, refused.obstacle());
    assertTrue(refused.reason().contains("/dev/kvm"));
    assertEquals(1, refused.reason().lines().count());
    assertThrows(KernelException.class, refused::orThrow);
    kernel.assertNothingLeft();
  }

  @Test
  void anotherInterfaceIsRefusedAndClosed() {
    FakeKernel kernel = new FakeKernel(FakeKernel.Generation.NONE);
    kernel.failAt(1, 25);
    KvmAccess.Refused refused = assertInstanceOf(KvmAccess.Refused.class, Kvm.open(kernel));
    assertEquals(Obstacle.FOREIGN_INTERFACE, refused.obstacle());
    kernel.assertNothingLeft();
  }

  @Test
  void aKernelThatCannotConvertSaysWhatIsMissing() {
    try (FakeHost host = FakeHost.of(FakeKernel.Generation.NONE);
        GuestMemory memory = host.vm().createGuestMemory(ByteCount.PAGE, 0).orThrow()) {
      ConversionInterface.Missing missing =
          assertInstanceOf(ConversionInterface.Missing.class, host.vm().conversion());
      assertEquals(2, missing.missing().size());
      assertTrue(missing.missing().get(0).contains("errno 25"));
      assertEquals(ConversionScope.GUEST_MEMORY, host.vm().conversionScope());
      assertEquals(
          Optional.of(Errno.ENOTTY),
          memory.convert(ConversionRequest.toPrivate(ByteRange.of(0, 4096))).errno());
      assertEquals(
          Optional.of(Errno.ENOTTY),
          host.vm().setMemoryAttributes(GpaRange.of(0, 4096), 8, 0).errno());
    }
  }

  @Test
  void theReportTellsHowEachTypeConverts() {
    FakeKernel kernel = new FakeKernel(FakeKernel.Generation.IN_PLACE);
    try (Kvm kvm = Kvm.open(kernel).orThrow()) {
      int before = kernel.openFiles();
      HostReport report = kvm.probe();
      assertEquals(before, kernel.openFiles());
      assertEquals(Set.of(MachineType.DEFAULT, MachineType.SW_PROTECTED), report.offered());
      assertEquals(
          new ConversionInterface.InPlace(),
          reportOf(report, MachineType.SW_PROTECTED).conversion());
      // The ioctl is there, but an ordinary VM has no private memory.
      ConversionInterface.Missing ordinary =
          assertInstanceOf(
              ConversionInterface.Missing.class,
              reportOf(report, MachineType.DEFAULT).conversion());
      assertTrue(ordinary.missing().get(0).contains("errno 22"), ordinary.toString());
      Map<Capability, Long> said = reportOf(report, MachineType.DEFAULT).capabilities();
      assertEquals(3, said.get(Capability.GUEST_MEMFD_FLAGS));
      assertEquals(0, said.get(Capability.MEMORY_ATTRIBUTES));
    }
    kernel.assertNothingLeft();
  }

  private static TypeReport reportOf(HostReport report, MachineType type) {
    return Objects.requireNonNull(report.types().get(type), type::name);
  }

  @Test
  void aSoftwareProtectedVmStandsInForWhatNobodyCanLaunch() {
    FakeKernel kernel = new FakeKernel(FakeKernel.Generation.NONE);
    VmType odd = new VmType("ODD", false, VmType.AccessRule.ALWAYS_SHARED, 2);
    try (Kvm kvm = Kvm.open(kernel).orThrow();
        KvmVm vm =
            kvm.createVm(PlainGuest.policy(VmType.CONFIDENTIAL), RoadListener.NONE).orThrow()) {
      assertEquals(VmType.SW_PROTECTED, vm.type());
      KernelResult.Failed<?> refused =
          assertInstanceOf(
              KernelResult.Failed.class, kvm.createVm(PlainGuest.policy(odd), RoadListener.NONE));
      assertEquals(Errno.EINVAL, refused.errno());
      assertTrue(refused.reason().contains("ODD"), refused::reason);
      assertEquals(
          Errno.EINVAL,
          assertInstanceOf(KernelResult.Failed.class, kvm.conversion(VmType.CONFIDENTIAL)).errno());
      assertEquals(Optional.empty(), MachineType.of(VmType.CONFIDENTIAL));
      for (MachineType type : MachineType.values()) {
        assertEquals(type.type(), type.type().flatMap(MachineType::of).flatMap(MachineType::type));
      }
    }
    kernel.assertNothingLeft();
  }
}
