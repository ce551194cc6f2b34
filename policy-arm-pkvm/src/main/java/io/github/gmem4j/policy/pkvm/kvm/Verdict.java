package io.github.gmem4j.policy.pkvm.kvm;

import io.github.gmem4j.api.vm.Reply;

/**
 * The VMM's answer to {@code KVM_EXIT_UNSHARE}, read as x86 reads {@code hypercall.ret}: 0 goes on,
 * EINVAL and EAGAIN refuse, nothing else is an answer.
 */
enum Verdict {
  GO_ON,
  REFUSED,
  NONSENSE;

  static Verdict of(Reply reply) {
    return switch (reply) {
      case Reply.Resume resume -> GO_ON;
      case Reply.Answer answer when answer.equals(Reply.Answer.DONE) -> GO_ON;
      case Reply.Answer answer
          when answer.equals(Reply.Answer.REFUSE) || answer.equals(Reply.Answer.RETRY) ->
          REFUSED;
      case Reply.Answer answer -> NONSENSE;
      case Reply.Data data -> NONSENSE;
    };
  }
}
