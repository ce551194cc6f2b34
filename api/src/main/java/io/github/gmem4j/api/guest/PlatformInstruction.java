package io.github.gmem4j.api.guest;

/**
 * An instruction that the guest's platform executes without the hypervisor: accept a page, validate
 * a page. Policies define their own records. Immutable, with value equality.
 */
public interface PlatformInstruction {}
