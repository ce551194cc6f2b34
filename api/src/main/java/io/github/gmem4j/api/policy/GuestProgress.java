package io.github.gmem4j.api.policy;

/**
 * What a guest kernel remembers between two of its moves. Policies define their own records:
 * immutable, with value equality.
 */
public interface GuestProgress {}
