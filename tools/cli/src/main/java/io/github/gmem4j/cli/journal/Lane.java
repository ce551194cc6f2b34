package io.github.gmem4j.cli.journal;

import io.github.gmem4j.api.road.Seat;

/**
 * Somebody who acts: a seat, or a host process or participant beside the VMM.
 *
 * @param name what people read
 * @param column the seat in whose column of a timeline it stands
 */
public record Lane(String name, Seat column) {
  /** The guest. */
  public static final Lane GUEST = new Lane("guest", Seat.GUEST);

  /** The kernel inside {@code run()}. */
  public static final Lane KVM = new Lane("KVM", Seat.KVM);

  /** Userspace between two {@code run()} calls. */
  public static final Lane VMM = new Lane("VMM", Seat.VMM);

  /** The guest memory. */
  public static final Lane MEMORY = new Lane("memory", Seat.MEMORY);

  /** Returns the lane of a host process or participant. */
  public static Lane of(String name) {
    return new Lane(name, Seat.VMM);
  }

  /** Returns the lane of a seat. */
  public static Lane of(Seat seat) {
    return switch (seat) {
      case GUEST -> GUEST;
      case KVM -> KVM;
      case VMM -> VMM;
      case MEMORY -> MEMORY;
    };
  }

  /** Tells whether this is a seat. */
  public boolean isSeat() {
    return equals(of(column));
  }
}
