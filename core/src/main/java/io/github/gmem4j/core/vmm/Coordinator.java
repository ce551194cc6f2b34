package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.seam.Waiter;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.boundary.Answered;
import java.util.List;
import java.util.Optional;

/**
 * The VMM seat of one VM: turns each exit that asks for memory to change hands into a reply.
 *
 * <p>Explicit requests and implicit ones (a guest touches a page in a way its state does not allow)
 * take the same road: read the wish, plan it, prepare the participants, convert, commit or abort,
 * settle, reply. What may be decided is decided by the policy's {@link VmmSeat}.
 *
 * <p>Thread-safe: one thread for each vCPU may use it at the same time. No lock is held while
 * participants, the policy or the listener run. Wishes for ranges that overlap exclude each other;
 * others do not wait for each other.
 */
public final class Coordinator {
  private final VmmSeat rules;
  private final RoadListener listener;
  private final Settling settling;
  private final ImplicitStreaks streaks = new ImplicitStreaks();

  /**
   * Creates a coordinator.
   *
   * @param vm the VM, of any backend
   * @param rules the VMM seat of its policy
   * @param participants who takes part in conversions, in this order
   * @param waiter how time passes while a vCPU is held
   * @param listener who is told
   */
  public Coordinator(
      VirtualMachine vm,
      VmmSeat rules,
      List<Participant> participants,
      Waiter waiter,
      RoadListener listener) {
    this.rules = new CheckedVmmSeat(Answered.by("the policy", "vmm", rules));
    this.listener = listener;
    this.settling =
        new Settling(vm, this.rules, new Participants(participants, listener), waiter, listener);
  }

  /**
   * Answers an exit.
   *
   * @param vcpu the vCPU that left
   * @param exit why it left
   * @return what to say when it runs again; empty if the exit is not about conversion, or if the
   *     policy's rule for implicit conversions says that the guest must not go on
   */
  public Optional<Reply> answer(int vcpu, Exit exit) {
    return switch (rules.wish(exit)) {
      case Wish.Convert wish when streaks.allows(vcpu, wish, rules.implicitRule()) ->
          Optional.of(fulfil(vcpu, wish, errorOffset(exit)));
      case Wish.Convert denied -> notForUs(vcpu);
      case Wish.Nothing nothing -> notForUs(vcpu);
    };
  }

  private Optional<Reply> notForUs(int vcpu) {
    settling.afterRun(vcpu);
    return Optional.empty();
  }

  private static Optional<ByteOffset> errorOffset(Exit exit) {
    return switch (exit) {
      case Exit.Unshare unshare -> unshare.errorOffset();
      case Exit.MemoryFault fault -> fault.errorOffset();
      default -> Optional.empty();
    };
  }

  private Reply fulfil(int vcpu, Wish.Convert wish, Optional<ByteOffset> errorOffset) {
    listener.on(new RoadEvent.WishRead(vcpu, wish));
    Settlement settlement = settling.settle(vcpu, wish, errorOffset);
    listener.on(new RoadEvent.WishSettled(vcpu, wish, settlement));
    return rules.reply(wish, settlement);
  }

  /**
   * Runs a vCPU and answers its exits until one comes that is not for the coordinator.
   *
   * @return that exit: a halt, a kick, MMIO, a failure, or a fault that must not be converted
   */
  public Exit run(Vcpu vcpu) {
    Exit exit = vcpu.run();
    for (Optional<Reply> reply = answer(vcpu.id(), exit);
        reply.isPresent();
        reply = answer(vcpu.id(), exit)) {
      exit = vcpu.run(reply.get());
    }
    return exit;
  }
}
