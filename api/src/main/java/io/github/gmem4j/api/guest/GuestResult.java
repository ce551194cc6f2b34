package io.github.gmem4j.api.guest;

/**
 * What a {@link GuestCall} left in the guest's registers. Policies define their own records.
 * Immutable, with value equality.
 */
public interface GuestResult {}
