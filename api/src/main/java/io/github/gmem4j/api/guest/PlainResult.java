package io.github.gmem4j.api.guest;

/**
 * What {@link PlainHypercall} returns.
 *
 * @param value the result register: 0, a negative error of KVM's own, or whatever the VMM said
 */
public record PlainResult(long value) implements GuestResult {
  /** The call is not available: {@code -KVM_ENOSYS}. */
  public static final PlainResult NOT_AVAILABLE = new PlainResult(-1000);

  /** The caller is not privileged: {@code -KVM_EPERM}. */
  public static final PlainResult NOT_PERMITTED = new PlainResult(-1);

  /** An argument is illegal: {@code -KVM_EINVAL}. */
  public static final PlainResult INVALID = new PlainResult(-22);

  /** Done. */
  public static final PlainResult DONE = new PlainResult(0);
}
