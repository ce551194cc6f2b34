package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.policy.ImplicitRule;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.policy.Wish.Origin;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.seam.Waiter;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.api.vm.VmType.AccessRule;
import io.github.gmem4j.core.boundary.Answered;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;

/**
 * The VMM seat of one VM: turns each exit that asks for memory to change hands into a reply.
 *
 * <p>Explicit requests and implicit ones (a guest touches a page in a way its state does not allow)
 * take the same road: read the wish, plan it, prepare the participants, convert, commit or abort,
 * settle, reply. What may be decided is decided by the policy's {@link VmmSeat}.
 *
 * <p>Thread-safe: one thread for each vCPU may use it at the same time. No lock is held while
 * participants, the policy or the listener run.
 *
 * <ul>
 *   <li><b>Exclusion.</b> Requests for ranges that overlap exclude each other, from before the
 *       first {@code prepare} until the last participant has had its commit or abort, whether the
 *       VMM converts or the kernel does. A request that comes second waits by its policy's retry
 *       rule. Others do not wait for each other.
 *   <li><b>The last word.</b> Each participant that was ready hears one commit or abort, and it is
 *       what is so. Once the kernel was told that it may convert, nobody takes that back: such a
 *       request ends when its pages have changed, when its vCPU leaves without asking again, or
 *       when vCPU, slot, memory or VM are gone.
 *   <li><b>Holds end at once</b> when the thread is interrupted or the vCPU is kicked or closed.
 *       The guest is told nothing; the request goes on when the vCPU runs again, and the try that
 *       was under way does not count.
 *   <li><b>Exceptions</b> of participants, the policy or the listener come through, after the last
 *       words. The exit stays open: the next {@link #run} answers it again.
 * </ul>
 */
public final class Coordinator implements AutoCloseable {
  /**
   * How often in a row a vCPU is just run again because its memory fault is out of date: the page
   * is what the access wants, since another vCPU's request came in between. After that the fault is
   * an implicit request like any other. Each counts for the policy's implicit rule.
   */
  public static final int MOST_STALE_FAULTS = 2;

  /**
   * The same where accesses follow the page's state and {@link VmmSeat#everyFaultIsStale} says that
   * a memory fault on a frame with memory behind it is always out of date, whatever state it names:
   * to convert for it would undo what another vCPU has asked for. Counted while the vCPU finishes
   * nothing; none counts for the implicit rule.
   */
  public static final int MOST_STALE_FAULTS_WHERE_STATE_DECIDES = 100;

  private final VirtualMachine vm;
  private final VmmSeat rules;
  private final Waiter waiter;
  private final RoadListener listener;
  private final Register register = new Register();
  private final PoisonedPages poisoned = new PoisonedPages();
  private final PageStates states;
  private final Settling settling;
  private final LifeOfTheVm life;
  private final Map<Integer, Desk> desks = new ConcurrentHashMap<>();

  /**
   * Creates a coordinator. It registers with the VM, to end requests whose vCPU, slot or memory
   * goes.
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
    this.vm = vm;
    this.rules = new CheckedVmmSeat(Answered.by("the policy", "vmm", rules));
    this.waiter = waiter;
    this.listener = listener;
    this.states = new PageStates(vm);
    Steps steps = new Steps(vm, this.rules, List.copyOf(participants), register, poisoned, states);
    Stepping stepping = new Stepping(steps, register, states, listener);
    WithTheKernel kernel = new WithTheKernel(this.rules, register, states, stepping);
    this.settling = new Settling(this.rules, register, stepping, kernel);
    this.life = new LifeOfTheVm(desks, register, settling, kernel, poisoned);
    vm.addListener(life);
  }

  /**
   * Answers an exit.
   *
   * @param vcpu the vCPU that left
   * @param exit why it left
   * @return what to say when it runs again; empty if the exit is not about conversion, if the
   *     policy's rule for implicit conversions says that the guest must not go on, or if the hold
   *     was ended from outside. {@link #settle} says which
   * @throws IllegalStateException if another thread is answering an exit of this vCPU
   */
  public Optional<Reply> answer(int vcpu, Exit exit) {
    return settle(vcpu, exit).reply();
  }

  /**
   * Answers an exit, and says what came of it.
   *
   * @param vcpu the vCPU that left
   * @param exit why it left; the same one again goes on with a request whose hold was ended
   * @throws IllegalStateException if another thread is answering an exit of this vCPU
   */
  public Answer settle(int vcpu, Exit exit) {
    Desk desk = desk(vcpu);
    desk.forgetKicks();
    return settle(desk, exit, () -> 0);
  }

  /**
   * Ends the hold of a vCPU, if it is held: for a VMM that runs vCPUs by a loop of its own. For
   * vCPUs that {@link #run} runs, {@link Vcpu#kick} does it.
   */
  public void kick(int vcpu) {
    Desk desk = desks.get(vcpu);
    if (desk != null) {
      desk.kick();
    }
  }

  /**
   * Runs a vCPU and answers its exits until one comes that is not for the coordinator. If the last
   * call ended before an exit had its answer, that exit is answered first.
   *
   * @return that exit: a halt, a kick, MMIO, a failure, or a fault that must not be converted; also
   *     {@link Exit.Interrupted} if an interrupt or a kick has ended a hold. The kick itself is
   *     taken by the vCPU, at its next {@code run()}
   * @throws IllegalStateException if another thread is answering an exit of this vCPU
   */
  public Exit run(Vcpu vcpu) {
    Desk desk = desk(vcpu.id());
    desk.watch(vcpu);
    Exit exit = desk.open().orElse(null);
    if (exit == null) {
      exit = run(desk, vcpu, desk.undelivered());
    }
    while (true) {
      switch (settle(desk, exit, () -> finished(vcpu))) {
        case Answer.Settled settled -> exit = run(desk, vcpu, settled.told());
        case Answer.OutOfDate stale -> exit = run(desk, vcpu, Reply.RESUME);
        case Answer.NotMine other -> {
          return exit;
        }
        case Answer.Denied denied -> {
          return exit;
        }
        case Answer.Interrupted interrupted -> {
          return desk.isClosed() ? run(desk, vcpu, Reply.RESUME) : new Exit.Interrupted();
        }
      }
    }
  }

  /** Returns the ranges that are poisoned, the oldest first. */
  public List<Settlement.Poisoned> poisoned() {
    return poisoned.all();
  }

  /**
   * Allows conversions of a poisoned range again: whoever calls has made sure that all participants
   * agree with the memory about it.
   *
   * @return whether it was poisoned
   */
  public boolean recover(Settlement.Poisoned poison) {
    return poisoned.recover(poison);
  }

  /**
   * Ends every request and the registration with the VM. To be called when none of the VM's vCPUs
   * runs any more: participants hear what is so now.
   */
  @Override
  public void close() {
    vm.removeListener(life);
    life.end();
  }

  private Desk desk(int vcpu) {
    return desks.computeIfAbsent(vcpu, Desk::new);
  }

  /** Should {@code run} throw, the reply is given again the next time. */
  private static Exit run(Desk desk, Vcpu vcpu, Reply reply) {
    desk.delivers(reply);
    Exit exit = Answered.by("vCPU " + vcpu.id(), "run", vcpu.run(reply));
    desk.left(vcpu);
    return exit;
  }

  /** Returns how many actions a vCPU has finished; a mock that was not told otherwise says null. */
  @SuppressWarnings("NullAway")
  private static int finished(Vcpu vcpu) {
    List<?> results = vcpu.results();
    return results == null ? 0 : results.size();
  }

  private Answer settle(Desk desk, Exit exit, IntSupplier finished) {
    desk.begin(exit);
    try {
      Answer answer = answerTo(desk, exit, finished);
      if (!(answer instanceof Answer.Interrupted)) {
        desk.answered();
      }
      return answer;
    } finally {
      if (desk.end()) {
        life.isGone(desk);
      }
    }
  }

  private Answer answerTo(Desk desk, Exit exit, IntSupplier finished) {
    if (!(rules.wish(exit) instanceof Wish.Convert wish)) {
      desk.gotOn();
      settling.leave(desk.vcpu(), exit, desk.unpark());
      return Answer.NOT_MINE;
    }
    if (desk.hasParked(wish)) {
      return fulfil(desk, wish, exit);
    }
    ImplicitRule rule = rules.implicitRule();
    if (wish.origin() == Origin.EXPLICIT) {
      desk.streak(Streak.NONE);
      desk.gotOn();
    } else {
      boolean stateDecides =
          rules.everyFaultIsStale() && vm.type().accessRule() == AccessRule.FOLLOWS_STATE;
      boolean stale = isBacked(wish) && (stateDecides || isThere(wish));
      int most = stateDecides ? MOST_STALE_FAULTS_WHERE_STATE_DECIDES : MOST_STALE_FAULTS;
      boolean again = desk.isStale(stale, finished.getAsInt(), most);
      if (!(again && stateDecides)) {
        desk.streak(
            stale
                ? desk.streak().withStale(wish.range(), finished.getAsInt())
                : desk.streak().with(wish.range(), finished.getAsInt()));
        if (!desk.streak().isAllowedBy(rule)) {
          settling.leave(desk.vcpu(), exit, desk.unpark());
          return new Answer.Denied(wish);
        }
      }
      if (again) {
        settling.leave(desk.vcpu(), exit, desk.unpark());
        return new Answer.OutOfDate(wish);
      }
    }
    listener.on(new RoadEvent.WishRead(desk.vcpu(), wish));
    return fulfil(desk, wish, exit);
  }

  private boolean isBacked(Wish.Convert wish) {
    return planned(wish) instanceof Plan.Pieces;
  }

  /** The page may have become what the access wants since the fault looked at it. */
  private boolean isThere(Wish.Convert wish) {
    return planned(wish) instanceof Plan.Pieces planned
        && planned.pieces().stream().allMatch(states::allHave);
  }

  private Plan planned(Wish.Convert wish) {
    return wish.range().isPageAligned() && !wish.range().isEmptyOrWraps()
        ? Plan.of(vm, wish.range().frames(), wish.target())
        : new Plan.Unbacked(true);
  }

  private Answer fulfil(Desk desk, Wish.Convert wish, Exit exit) {
    Progress progress =
        settling.settle(
            desk.vcpu(),
            wish,
            exit,
            desk.unpark(),
            errorOffset(exit),
            (pause, attempt) -> {
              if (desk.mustLeave()) {
                return false;
              }
              listener.on(new RoadEvent.VcpuHeld(desk.vcpu(), pause, attempt));
              return desk.hold(waiter, pause);
            });
    return switch (progress) {
      case Progress.Settled settled -> told(desk, wish, settled.settlement());
      case Progress.Held held -> {
        desk.park(held.request());
        yield new Answer.Interrupted(wish);
      }
      case Progress.HeldWithKernel held -> new Answer.Interrupted(wish);
    };
  }

  private Answer told(Desk desk, Wish.Convert wish, Settlement settlement) {
    if (life.isOver()) {
      life.isGone(desk);
    }
    listener.on(new RoadEvent.WishSettled(desk.vcpu(), wish, settlement));
    return new Answer.Settled(wish, settlement, rules.reply(wish, settlement));
  }

  private static Optional<ByteOffset> errorOffset(Exit exit) {
    return switch (exit) {
      case Exit.Unshare unshare -> unshare.errorOffset();
      case Exit.MemoryFault fault -> fault.errorOffset();
      default -> Optional.empty();
    };
  }
}
