package io.github.gmem4j.cli.probing;

import io.github.gmem4j.backend.kvm.probe.Capability;
import io.github.gmem4j.backend.kvm.probe.Finding;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import java.util.List;
import java.util.function.Function;

/** One thing to know about VMs of a type. */
enum Fact {
  /** How many slots. */
  SLOTS(
      "memory slots",
      "KVM_CAP_NR_MEMSLOTS",
      seen -> Long.toString(seen.said().said(Capability.NR_MEMSLOTS))),
  /** Whether there is guest memory. */
  GUEST_MEMFD("guest_memfd", "KVM_CAP_GUEST_MEMFD", asked(Capability.GUEST_MEMFD)),
  /** Which flags it takes. */
  FLAGS(
      "guest_memfd flags",
      "KVM_CAP_GUEST_MEMFD_FLAGS",
      bits(Capability.GUEST_MEMFD_FLAGS, Bits.GUEST_MEMFD_FLAGS)),
  /** Whether slots can be bound. */
  USER_MEMORY2(
      "slots bound to guest_memfd", "KVM_CAP_USER_MEMORY2", asked(Capability.USER_MEMORY2)),
  /** Which attributes the VM keeps. */
  ATTRIBUTES(
      "memory attributes of the VM",
      "KVM_CAP_MEMORY_ATTRIBUTES",
      bits(Capability.MEMORY_ATTRIBUTES, Bits.MEMORY_ATTRIBUTES)),
  /** Whether the guest memory converts. */
  IN_PLACE(
      "conversion in place",
      "KVM_SET_MEMORY_ATTRIBUTES2",
      seen -> answered(seen.said().converting().inPlace())),
  /** Whether the VM converts. */
  THROUGH_VM(
      "conversion through the VM",
      "KVM_SET_MEMORY_ATTRIBUTES",
      seen -> answered(seen.said().converting().throughVm())),
  /** Whether a guest runs. */
  RUNNING("vCPUs run", "a guest that halts", seen -> tried(seen.found().running())),
  /** Which hypercalls can be asked for. */
  HYPERCALLS(
      "exit hypercalls",
      "KVM_CAP_EXIT_HYPERCALL",
      bits(Capability.EXIT_HYPERCALL, Bits.EXIT_HYPERCALLS)),
  /** Whether one comes out. */
  HYPERCALL_EXIT(
      "such a hypercall exits", "a guest that makes one", seen -> tried(seen.found().hypercall())),
  /** Whether faults come out. */
  MEMORY_FAULTS(
      "memory-fault exits", "KVM_CAP_MEMORY_FAULT_INFO", asked(Capability.MEMORY_FAULT_INFO)),
  /** Whether pages can be mapped ahead. */
  PRE_FAULT("pre-fault", "KVM_CAP_PRE_FAULT_MEMORY", asked(Capability.PRE_FAULT_MEMORY)),
  /** Whether a pipe holds a page. */
  PIPE_PIN(
      "page held by a pipe", "vmsplice of a mapped page", seen -> tried(seen.found().pipePin())),
  /** Whether io_uring holds a page. */
  RING_PIN(
      "page held by io_uring", "registering a mapped page", seen -> tried(seen.found().ringPin()));

  private final String title;
  private final String source;
  private final Function<Host.Seen, String> answer;

  Fact(String title, String source, Function<Host.Seen, String> answer) {
    this.title = title;
    this.source = source;
    this.answer = answer;
  }

  /** Returns what it is called. */
  String title() {
    return title;
  }

  /** Returns what was asked or tried. */
  String source() {
    return source;
  }

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
      case Finding.NotTried(String missing) -> "not tried, needs " + missing;
    };
  }
}
