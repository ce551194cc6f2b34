package io.github.gmem4j.api.policy;

/** What a platform answers when a guest touches private memory that it has a mapping of. */
public sealed interface PrivateAccess {
  /** The access reaches the page. */
  record Reached() implements PrivateAccess {}

  /** The mapping is not usable; KVM handles it as a fault of a page that is not mapped. */
  record NotMapped() implements PrivateAccess {}

  /**
   * The guest takes an exception.
   *
   * @param reason which one and why
   */
  record Excepted(String reason) implements PrivateAccess {}

  /**
   * The guest can never run again: the VM is dead.
   *
   * @param reason why
   */
  record Fatal(String reason) implements PrivateAccess {}

  /** The one value of {@link Reached}. */
  Reached REACHED = new Reached();

  /** The one value of {@link NotMapped}. */
  NotMapped NOT_MAPPED = new NotMapped();
}
