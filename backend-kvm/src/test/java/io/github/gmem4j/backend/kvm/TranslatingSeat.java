package io.github.gmem4j.backend.kvm;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.SystemEventKind;
import java.util.List;

/** The KVM seat of an architecture that no kernel knows: a call of its own, an exit per page. */
public final class TranslatingSeat implements KvmSeat {
  /** Creates the seat. */
  public TranslatingSeat() {}

  /** Please make these pages private. */
  public record Claim(GpaRange range) implements GuestCall {}

  /** A call that only a kernel of this architecture could serve. */
  public record Native(GpaRange range) implements GuestCall {}

  /** The guest ends itself. */
  public record End(long why) implements GuestCall {}

  /** A call at which run() fails as often as it is made. */
  public record Broken() implements GuestCall {}

  /** A call at which run() fails until the VMM answers with a value. */
  public record Stubborn(long value) implements GuestCall {}

  /** A call that the kernel loses, whatever the VMM answers; the guest finds a value then. */
  public record Lost(long value) implements GuestCall {}

  /**
   * What became of it.
   *
   * @param pages how many pages were claimed
   * @param value what the VMM said last
   */
  public record Claimed(long pages, long value) implements GuestResult {}

  private record At(GpaRange range, long done) implements Pending {}

  private record Ended(long why) implements Pending {}

  private record Until(long value) implements Pending {}

  private record Losing(long value) implements Pending {}

  @Override
  public Step onCall(VcpuView vcpu, GuestCall call) {
    return switch (call) {
      case Claim claim when !vcpu.mapGpaExits() -> new Step.Return(new Claimed(0, -1));
      case Claim claim -> leave(new At(claim.range(), 0));
      case Native in -> new Step.Convert(in.range(), Shareability.SHARED, Pending.NONE);
      case End end ->
          new Step.Leave(
              new Exit.SystemEvent(SystemEventKind.TERMINATED, List.of(end.why())),
              new Ended(end.why()));
      case Stubborn stubborn ->
          new Step.Leave(
              new Exit.MapGpaRange(new Gpa(0), new PageCount(1), 0, 0),
              new Until(stubborn.value()));
      case Lost lost ->
          new Step.Leave(
              new Exit.MapGpaRange(new Gpa(0), new PageCount(1), 0, 0), new Losing(lost.value()));
      default -> new Step.Fail(Errno.EINVAL, "no call of this architecture: " + call, Pending.NONE);
    };
  }

  @Override
  public Step onReentry(VcpuView vcpu, Pending pending, Reply reply) {
    return switch (pending) {
      case At at -> claimed(at, ((Reply.Answer) reply).ret());
      case Ended ended -> new Step.Return(new Claimed(0, ended.why()));
      case Until until when ((Reply.Answer) reply).ret() == until.value() ->
          new Step.Return(new Claimed(0, until.value()));
      case Losing losing ->
          new Step.Fail(
              Errno.EINVAL, "lost", new Pending.Forgotten(new Claimed(0, losing.value())));
      default -> new Step.Fail(Errno.EINVAL, "not " + reply, pending);
    };
  }

  private static Step claimed(At at, long value) {
    long done = at.done() + 1;
    return value != 0 || done == at.range().size().wholePages().value()
        ? new Step.Return(new Claimed(value == 0 ? done : at.done(), value))
        : leave(new At(at.range(), done));
  }

  private static Step leave(At at) {
    return new Step.Leave(
        new Exit.MapGpaRange(
            new Gfn(at.range().start().gfn().value() + at.done()).gpa(),
            new PageCount(1),
            Exit.MapGpaRange.PRIVATE,
            Exit.MapGpaRange.LONG_MODE),
        at);
  }
}
