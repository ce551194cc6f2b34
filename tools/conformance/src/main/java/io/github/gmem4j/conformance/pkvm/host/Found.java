package io.github.gmem4j.conformance.pkvm.host;

/** What is at an address of a process. */
public sealed interface Found {
  /** A page, mapped so that the access is allowed. */
  record At(PhysicalPage page) implements Found {}

  /** Nothing is mapped there. */
  record Hole() implements Found {}

  /** The mapping does not allow the access. */
  record Forbidden() implements Found {}
}
