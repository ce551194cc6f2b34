package io.github.gmem4j.api.vm;

/**
 * What kind of VM this is, as far as memory is concerned.
 *
 * @param name the name people know it by
 * @param privateMemory whether pages of this VM can be private at all
 * @param accessRule how KVM learns whether a guest access is private
 * @param addressSpaces how many sets of memory slots the VM has, at least 1
 */
public record VmType(String name, boolean privateMemory, AccessRule accessRule, int addressSpaces) {

  /** How KVM learns whether a guest access is private or shared. */
  public enum AccessRule {
    /** Every access is shared: the VM knows no private memory. */
    ALWAYS_SHARED,
    /** The access takes the kind that the page has, so that the two never differ. */
    FOLLOWS_STATE,
    /** The guest says it with each access: an address bit, an encryption bit, a stage-2 owner. */
    AS_ISSUED
  }

  /** An ordinary VM. */
  public static final VmType DEFAULT = new VmType("DEFAULT", false, AccessRule.ALWAYS_SHARED, 2);

  /** KVM's software-protected VM: private memory without any hardware behind it. */
  public static final VmType SW_PROTECTED =
      new VmType("SW_PROTECTED", true, AccessRule.FOLLOWS_STATE, 1);

  /** A VM whose guest declares the kind of each access. */
  public static final VmType CONFIDENTIAL =
      new VmType("CONFIDENTIAL", true, AccessRule.AS_ISSUED, 1);

  /**
   * Checks the type.
   *
   * @throws IllegalArgumentException if {@code addressSpaces} is below 1
   */
  public VmType {
    if (addressSpaces < 1) {
      throw new IllegalArgumentException("a VM has at least 1 address space: " + addressSpaces);
    }
  }
}
