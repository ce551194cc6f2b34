package io.github.gmem4j.cli.telling;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Withheld;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.SystemEventKind;
import io.github.gmem4j.cli.scenario.Words;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What KVM says to the VMM and hears from it, in words. */
final class KvmWords {
  private KvmWords() {}

  /** Returns why {@code run()} returns. */
  static String of(Exit exit) {
    return switch (exit) {
      case Exit.MapGpaRange map -> "KVM_EXIT_HYPERCALL KVM_HC_MAP_GPA_RANGE: " + GuestWords.of(map);
      case Exit.Unshare unshare ->
          "KVM_EXIT_UNSHARE: "
              + GuestWords.range(unshare.range())
              + unshare.errorOffset().map(at -> ", error_offset " + at).orElse("");
      case Exit.MemoryFault fault ->
          "KVM_EXIT_MEMORY_FAULT: %s, %s access, %s%s"
              .formatted(
                  fault.gpa(),
                  Words.of(fault.access()),
                  fault.errno(),
                  fault.errorOffset().map(at -> ", error_offset " + at).orElse(""));
      case Exit.Mmio mmio ->
          "KVM_EXIT_MMIO: %s of %s"
              .formatted(mmio.data().isPresent() ? "store" : "load", mmio.gpa());
      case Exit.SystemEvent event -> "KVM_EXIT_SYSTEM_EVENT " + of(event);
      case Exit.Halt halt -> "KVM_EXIT_HLT";
      case Exit.Interrupted interrupted -> "KVM_RUN returns EINTR";
      case Exit.Failed failed -> "KVM_RUN fails: %s, %s".formatted(failed.errno(), failed.reason());
    };
  }

  private static String of(Exit.SystemEvent event) {
    String data =
        event.data().stream()
            .map(word -> "0x" + Long.toHexString(word))
            .collect(Collectors.joining(" "));
    return kernelName(event.kind()) + (data.isEmpty() ? "" : ": " + data);
  }

  /** The kernel's own names, without their prefix. */
  private static String kernelName(SystemEventKind kind) {
    return switch (kind) {
      case SHUTDOWN, RESET, CRASH, WAKEUP, SUSPEND -> kind.name();
      case TERMINATED -> "SEV_TERM, the guest has ended itself";
      case FATAL_ERROR -> "TDX_FATAL";
    };
  }

  /**
   * Returns how {@code run()} is called. Only a hypercall's exit has a return value in KVM; where a
   * proposal gives one to another exit, that is said.
   *
   * @param exit what the reply is to; null if the vCPU has not left yet
   */
  static String of(Reply reply, @Nullable Exit exit) {
    return switch (reply) {
      case Reply.Resume resume -> "KVM_RUN";
      case Reply.Answer answer when exit instanceof Exit.MemoryFault ->
          "KVM_RUN, ret=" + value(answer.ret()) + " (proposed)";
      case Reply.Answer answer -> "KVM_RUN, hypercall.ret=" + value(answer.ret());
      case Reply.Data data -> "KVM_RUN, mmio.data=" + Words.of(data.value());
    };
  }

  private static String value(long ret) {
    return Errno.ofNumber(ret).map(Errno::name).orElse(Long.toString(ret));
  }

  /** Returns that pages are kept from somebody. */
  static String withheld(GpaRange range, Withheld from) {
    return switch (from) {
      case FROM_GUEST -> "keeps %s from the guest".formatted(GuestWords.range(range));
      case FROM_EVERYONE -> "keeps %s from everyone".formatted(GuestWords.range(range));
    };
  }

  /** Returns that the guest gets a page. */
  static String mapped(Gfn gfn, Shareability as) {
    return "%s fault allowed: maps %s".formatted(Words.of(as), gfn.gpa());
  }
}
