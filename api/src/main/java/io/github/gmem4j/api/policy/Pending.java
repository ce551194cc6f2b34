package io.github.gmem4j.api.policy;

/**
 * What a policy remembers of one vCPU between two of its decisions. The engine keeps it and hands
 * it back. Policies define their own records: immutable, with value equality.
 */
public interface Pending {
  /** Nothing to remember: the action that was interrupted is simply tried again. */
  Pending NONE =
      new Pending() {
        @Override
        public String toString() {
          return "nothing pending";
        }
      };
}
