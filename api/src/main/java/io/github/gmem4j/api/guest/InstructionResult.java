package io.github.gmem4j.api.guest;

/**
 * What a {@link PlatformInstruction} left in the guest's registers. Policies define their own
 * records. Immutable, with value equality.
 */
public interface InstructionResult {}
