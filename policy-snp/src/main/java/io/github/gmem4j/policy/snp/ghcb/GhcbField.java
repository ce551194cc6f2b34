package io.github.gmem4j.policy.snp.ghcb;

/** The fields of a GHCB that a page state change needs and the valid bitmap must name. */
public enum GhcbField {
  /** SW_EXITCODE. */
  EXIT_CODE,
  /** SW_EXITINFO1. */
  EXIT_INFO_1,
  /** SW_EXITINFO2. */
  EXIT_INFO_2,
  /** SW_SCRATCH. */
  SCRATCH
}
