package io.github.gmem4j.backend.kvm.vcpu;

import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.backend.kvm.layout.RunStruct;
import java.lang.foreign.MemorySegment;

/** What an exit left open, to be completed by the reply. */
enum Open {
  /** Nothing. */
  NOTHING,
  /** The value of {@code hypercall.ret}. */
  HYPERCALL,
  /** A call that is answered above this kernel, see {@link Paravisor}. */
  CALL,
  /** The byte that a load yields. */
  MMIO_LOAD,
  /** Nothing either, but the guest goes on behind its store. */
  MMIO_STORE;

  /** Tells whether a reply belongs here. Resume always does: the kernel has answered 0 already. */
  boolean takes(Reply reply) {
    return switch (reply) {
      case Reply.Resume resume -> true;
      case Reply.Answer answer -> this == HYPERCALL || this == CALL;
      case Reply.Data data -> this == MMIO_LOAD;
    };
  }

  /** Writes the reply where the kernel looks for it; of a call it knows nothing. */
  void answer(Reply reply, MemorySegment run) {
    if (this == CALL) {
      return;
    }
    switch (reply) {
      case Reply.Answer answer -> RunStruct.HYPERCALL_RET.set(run, answer.ret());
      case Reply.Data data -> RunStruct.MMIO_DATA.set(run, data.value());
      case Reply.Resume resume -> {
        if (this == MMIO_LOAD) {
          RunStruct.MMIO_DATA.set(run, (byte) 0);
        }
      }
    }
  }
}
