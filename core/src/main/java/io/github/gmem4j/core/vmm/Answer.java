package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.vm.Reply;
import java.util.Optional;

/** What the coordinator makes of an exit. */
public sealed interface Answer {
  /**
   * The exit asked for a conversion, and this came of it.
   *
   * @param wish what was asked
   * @param settlement what came of it
   * @param told what to say when the vCPU runs again
   */
  record Settled(Wish.Convert wish, Settlement settlement, Reply told) implements Answer {
    @Override
    public Optional<Reply> reply() {
      return Optional.of(told);
    }
  }

  /**
   * The fault is out of date: the page has become what the access wants since. Run the vCPU again.
   *
   * @param wish what the access asked for
   */
  record OutOfDate(Wish.Convert wish) implements Answer {
    @Override
    public Optional<Reply> reply() {
      return Optional.of(Reply.RESUME);
    }
  }

  /** The exit is not about conversion: the VMM handles it elsewhere. */
  record NotMine() implements Answer {
    @Override
    public Optional<Reply> reply() {
      return Optional.empty();
    }
  }

  /**
   * The policy's rule for implicit conversions says that the guest must not go on.
   *
   * @param wish what its access asked for
   */
  record Denied(Wish.Convert wish) implements Answer {
    @Override
    public Optional<Reply> reply() {
      return Optional.empty();
    }
  }

  /**
   * The vCPU was held, and an interrupt of the thread, a kick or a close has ended that. The guest
   * is told nothing and nothing is lost: participants that are ready stay so, and the request goes
   * on when the same exit is answered again.
   *
   * @param wish what was asked
   */
  record Interrupted(Wish.Convert wish) implements Answer {
    @Override
    public Optional<Reply> reply() {
      return Optional.empty();
    }
  }

  /** Returns what to say when the vCPU runs again; empty if it must not, or not with this. */
  Optional<Reply> reply();

  /** The one value of {@link NotMine}. */
  NotMine NOT_MINE = new NotMine();
}
