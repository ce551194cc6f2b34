package io.github.gmem4j.backend.kvm.fake;

import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.PlainGuest;
import io.github.gmem4j.backend.kvm.vm.KvmVm;
import java.util.ArrayList;
import java.util.List;

/** A host over a fake kernel: its KVM, one VM, what happened. */
public final class FakeHost implements AutoCloseable {
  private final FakeKernel kernel;
  private final Kvm kvm;
  private final KvmVm vm;
  private final List<RoadEvent> events = new ArrayList<>();

  /** Opens a host with a VM of a type. */
  public FakeHost(FakeKernel kernel, VmType type) {
    this.kernel = kernel;
    this.kvm = Kvm.open(kernel).orThrow();
    this.vm = kvm.createVm(PlainGuest.policy(type), events::add).orThrow();
  }

  /** Returns a host that converts in a way, with a VM that has private memory. */
  public static FakeHost of(FakeKernel.Generation generation) {
    return new FakeHost(new FakeKernel(generation), VmType.SW_PROTECTED);
  }

  /** Returns the kernel. */
  public FakeKernel kernel() {
    return kernel;
  }

  /** Returns the host's KVM. */
  public Kvm kvm() {
    return kvm;
  }

  /** Returns the VM. */
  public KvmVm vm() {
    return vm;
  }

  /** Returns what the VM told its listener. */
  public List<RoadEvent> events() {
    return events;
  }

  /** Closes everything and checks that nothing is left. */
  @Override
  public void close() {
    vm.close();
    kvm.close();
    kernel.assertNothingLeft();
  }
}
