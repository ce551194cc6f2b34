package io.github.gmem4j.conformance.recording;

import io.github.gmem4j.conformance.operation.Operation;
import io.github.gmem4j.conformance.operation.StartVm;
import io.github.gmem4j.conformance.pkvm.operation.PkvmOperation;
import io.github.gmem4j.conformance.pkvm.operation.StartHost;

/** A sequence of any generation. */
public sealed interface Recorded {
  /** Generations B and C: a guest_memfd on x86. */
  record OfGuestMemory(RecordedSequence<StartVm, Operation> sequence) implements Recorded {}

  /** Generation P: host memory under pKVM. */
  record OfPkvm(RecordedSequence<StartHost, PkvmOperation> sequence) implements Recorded {}

  /** Returns the sequence. */
  RecordedSequence<?, ?> sequence();
}
