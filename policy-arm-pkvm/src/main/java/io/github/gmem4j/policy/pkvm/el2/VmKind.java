package io.github.gmem4j.policy.pkvm.el2;

/** What kind of VM the hypervisor was told to create. */
public enum VmKind {
  /** The host donates pages to it and loses them; the guest may share them back. */
  PROTECTED,
  /** The host lends pages to it and keeps them. */
  NORMAL
}
