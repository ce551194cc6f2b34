package io.github.gmem4j.conformance;

import io.github.gmem4j.api.vm.VmType;

/**
 * One operation that the engine answered differently from the kernel beside it. It ended its
 * sequence: what comes after it would only follow from it.
 *
 * @param type the VM's type
 * @param seed the sequence's seed
 * @param index the operation's number in the sequence, from 0
 * @param operation the operation's name in recordings
 * @param inputs the operation with its inputs
 * @param engine the engine's answer, in the form that recordings have
 * @param kernel the kernel's answer, in the same form
 */
public record DifferentialDisagreement(
    VmType type,
    long seed,
    long index,
    String operation,
    String inputs,
    String engine,
    String kernel) {
  /** Returns the command that repeats the sequence up to this operation. */
  public String command() {
    return "./gmem differential --vm-type %s --seed %d --operations %d"
        .formatted(type.name(), seed, index + 1);
  }

  @Override
  public String toString() {
    return "seed %d, operation %d, %s: engine %s, kernel %s; repeat: %s"
        .formatted(seed, index, inputs, engine, kernel, command());
  }
}
