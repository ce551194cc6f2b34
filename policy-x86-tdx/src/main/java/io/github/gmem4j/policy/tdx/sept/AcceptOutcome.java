package io.github.gmem4j.policy.tdx.sept;

import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;

/** What comes of one execution of TDG.MEM.PAGE.ACCEPT. */
sealed interface AcceptOutcome {
  /**
   * The guest finds a status and goes on.
   *
   * @param status RAX
   */
  record Finished(TdxStatus status) implements AcceptOutcome {}

  /**
   * The guest left; it executes the instruction again.
   *
   * @param violation why
   */
  record Left(EptViolation violation) implements AcceptOutcome {}

  /** An interrupt came; the guest executes the instruction again, which goes on from here. */
  record Interrupted() implements AcceptOutcome {}
}
