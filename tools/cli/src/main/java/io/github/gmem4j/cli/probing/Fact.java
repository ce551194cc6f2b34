package io.github.gmem4j.cli.probing;

import io.github.gmem4j.backend.kvm.probe.Capability;
import io.github.gmem4j.backend.kvm.probe.Finding;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import java.util.List;
import java.util.function.Function;

/**
 * One thing to know about VMs of a type.
 *
 * @param title what it is called
 * @param source what was asked or tried
 * @param answer what was found out about a VM type
 */
record Fact(String title, String source, Function<Host.Seen, String> answer) {
  /** What is told, in this order. */
  static final List<Fact> ALL =
      List.of(
          new Fact(
              "memory slots",
              "KVM_CAP_NR_MEMSLOTS",
              seen -> Long.toString(seen.said().said(Capability.NR_MEMSLOTS))),
          new Fact("guest_memfd", "KVM_CAP_GUEST_MEMFD", asked(Capability.GUEST_MEMFD)),
          new Fact(
              "guest_memfd flags",
              "KVM_CAP_GUEST_MEMFD_FLAGS",
              bits(Capability.GUEST_MEMFD_FLAGS, Bits.GUEST_MEMFD_FLAGS)),
          new Fact(
              "slots bound to guest_memfd", "KVM_CAP_USER_MEMORY2", asked(Capability.USER_MEMORY2)),
          new Fact(
              "memory attributes of the VM",
              "KVM_CAP_MEMORY_ATTRIBUTES",
              bits(Capability.MEMORY_ATTRIBUTES, Bits.MEMORY_ATTRIBUTES)),
          new Fact(
              "conversion in place",
              "KVM_SET_MEMORY_ATTRIBUTES2",
              seen -> answered(seen.said().converting().inPlace())),
          new Fact(
              "conversion through the VM",
              "KVM_SET_MEMORY_ATTRIBUTES",
              seen -> answered(seen.said().converting().throughVm())),
          new Fact("vCPUs run", "a guest that halts", seen -> tried(seen.found().running())),
          new Fact(
              "exit hypercalls",
              "KVM_CAP_EXIT_HYPERCALL",
              bits(Capability.EXIT_HYPERCALL, Bits.EXIT_HYPERCALLS)),
          new Fact(
              "such a hypercall exits",
              "a guest that makes one",
              seen -> tried(seen.found().hypercall())),
          new Fact(
              "memory-fault exits",
              "KVM_CAP_MEMORY_FAULT_INFO",
              asked(Capability.MEMORY_FAULT_INFO)),
          new Fact("pre-fault", "KVM_CAP_PRE_FAULT_MEMORY", asked(Capability.PRE_FAULT_MEMORY)),
          new Fact(
              "page held by a pipe",
              "vmsplice of a mapped page",
              seen -> tried(seen.found().pipePin())),
          new Fact(
              "page held by io_uring",
              "registering a mapped page",
              seen -> tried(seen.found().ringPin())));

  /** Returns what was found out about a VM type. */
  String of(Host.Seen seen) {
    return answer.apply(seen);
  }

  private static Function<Host.Seen, String> asked(Capability capability) {
    return seen -> seen.said().said(capability) == 0 ? "no" : "yes";
  }

  private static Function<Host.Seen, String> bits(Capability capability, Bits bits) {
    return seen -> {
      List<String> names = bits.in(seen.said().said(capability));
      return names.isEmpty() ? "none" : String.join(", ", names);
    };
  }

  private static String answered(Returned returned) {
    return returned.failed() ? "no, " + Uses.errno(returned) : "yes";
  }

  private static String tried(Finding finding) {
    return switch (finding) {
      case Finding.Works works -> "yes";
      case Finding.Fails(String reason) -> "no, " + reason;
      case Finding.NotTried(String missing) -> "needs " + missing;
    };
  }
}
