package io.github.gmem4j.policy.snp.rmp;

/** What PVALIDATE is to do: RDX. */
public enum Validation {
  /** The guest takes the page. */
  VALIDATE,
  /** The guest gives it up. */
  RESCIND
}
