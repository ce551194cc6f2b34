package io.github.gmem4j.policy.tdx.tdcall;

import io.github.gmem4j.api.guest.InstructionResult;

/**
 * What a {@link TdCall} left in the guest's registers.
 *
 * @param status RAX
 */
public record TdCallResult(TdxStatus status) implements InstructionResult {}
