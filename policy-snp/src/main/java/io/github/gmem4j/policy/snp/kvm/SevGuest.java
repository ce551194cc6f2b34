package io.github.gmem4j.policy.snp.kvm;

/** What kind of encrypted guest makes the call. */
public enum SevGuest {
  /** SEV-SNP: page state changes exist. */
  SNP,
  /** SEV-ES: there is a GHCB, but nothing to convert. */
  ES
}
