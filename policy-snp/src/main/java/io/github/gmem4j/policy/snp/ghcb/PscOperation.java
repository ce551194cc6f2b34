package io.github.gmem4j.policy.snp.ghcb;

import io.github.gmem4j.api.memory.Shareability;
import java.util.Optional;

/**
 * What a page state change asks for: four bits, of which a guest may write any.
 *
 * <p>Source: GHCB specification (AMD publication 56421), Linux {@code
 * arch/x86/include/asm/sev-common.h}.
 *
 * @param code the bits, 0 to 15
 */
public record PscOperation(int code) {
  /** Make the page private. */
  public static final PscOperation PRIVATE = new PscOperation(1);

  /** Make the page shared. */
  public static final PscOperation SHARED = new PscOperation(2);

  /** Break a 2 MiB RMP entry up. No hypervisor surveyed does it on request. */
  public static final PscOperation PSMASH = new PscOperation(3);

  /** Join 512 RMP entries. No hypervisor surveyed does it. */
  public static final PscOperation UNSMASH = new PscOperation(4);

  /** Largest code. */
  public static final int MAX_CODE = 0xF;

  /**
   * Checks the code.
   *
   * @throws IllegalArgumentException if it does not fit four bits
   */
  public PscOperation {
    if (code < 0 || code > MAX_CODE) {
      throw new IllegalArgumentException("a page operation has 4 bits: " + code);
    }
  }

  /** Returns the operation that brings pages into a state. */
  public static PscOperation to(Shareability target) {
    return switch (target) {
      case PRIVATE -> PRIVATE;
      case SHARED -> SHARED;
    };
  }

  /** Returns the state that the pages are to have; empty if this is not about their state. */
  public Optional<Shareability> target() {
    return switch (code) {
      case 1 -> Optional.of(Shareability.PRIVATE);
      case 2 -> Optional.of(Shareability.SHARED);
      default -> Optional.empty();
    };
  }

  @Override
  public String toString() {
    return switch (code) {
      case 1 -> "private";
      case 2 -> "shared";
      case 3 -> "psmash";
      case 4 -> "unsmash";
      default -> "operation " + code;
    };
  }
}
