package io.github.gmem4j.api.guest;

/**
 * A call from the guest to its hypervisor, in the registers of one architecture. Policies define
 * their own records; the engine only passes them on. Immutable, with value equality. Timelines show
 * its {@code toString}, so keep that short.
 */
public interface GuestCall {}
