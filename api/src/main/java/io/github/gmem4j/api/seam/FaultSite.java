package io.github.gmem4j.api.seam;

/**
 * A place where something can go wrong in a real system and so can be made to go wrong.
 *
 * @param name lower-case words joined by dots, such as {@code core.allocate-folio}
 */
public record FaultSite(String name) {
  /**
   * Checks the name.
   *
   * @throws IllegalArgumentException if the name does not follow the grammar
   */
  public FaultSite {
    if (!name.matches("[a-z0-9-]+(\\.[a-z0-9-]+)*")) {
      throw new IllegalArgumentException("not a fault site name: " + name);
    }
  }
}
