package io.github.gmem4j.conformance;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.probe.ConversionInterface;
import io.github.gmem4j.conformance.lockstep.Answers;
import io.github.gmem4j.conformance.lockstep.LockStep;
import io.github.gmem4j.conformance.lockstep.Offer;
import io.github.gmem4j.conformance.operation.OperationNames;
import io.github.gmem4j.conformance.operation.StartVm;
import io.github.gmem4j.conformance.playing.GuestMemoryPlayer;
import io.github.gmem4j.conformance.playing.Player;
import io.github.gmem4j.conformance.random.Menu;
import io.github.gmem4j.conformance.random.Move;
import io.github.gmem4j.conformance.random.RandomSequence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Does random operations on the in-memory engine and on this host's kernel, step by step, and
 * compares every answer. Needs {@code --enable-native-access=io.github.gmem4j.backend.kvm}.
 *
 * <pre>{@code
 * DifferentialReport report = Differential.of(VmType.SW_PROTECTED, 1, 20_000).run();
 * }</pre>
 *
 * <p>A sequence ends after {@value #SEQUENCE} operations or at its first disagreement; then the
 * next begins with a new VM. A sequence's seed follows from the one before, so that a run that
 * begins with the seed of a disagreement meets it in its first sequence.
 */
public final class Differential {
  /** Most operations of one sequence. */
  static final long SEQUENCE = 250;

  private final VmType type;
  private final long seed;
  private final long operations;
  private final DifferentialListener listener;

  private Differential(VmType type, long seed, long operations, DifferentialListener listener) {
    this.type = type;
    this.seed = seed;
    this.operations = operations;
    this.listener = listener;
  }

  /**
   * Returns a run that has not begun.
   *
   * @param type {@link VmType#SW_PROTECTED} or {@link VmType#DEFAULT}
   * @param seed the first sequence's seed
   * @param operations how many operations to do, at least 1
   */
  public static Differential of(VmType type, long seed, long operations) {
    if (operations < 1) {
      throw new IllegalArgumentException("not a number of operations: " + operations);
    }
    return new Differential(type, seed, operations, (done, disagreements) -> {});
  }

  /** Returns the same run with a listener in place of the present one. */
  public Differential onProgress(DifferentialListener listener) {
    return new Differential(type, seed, operations, listener);
  }

  /**
   * Runs on this host's kernel.
   *
   * @throws KernelException if there is no {@code /dev/kvm} to be used, or it gives no VM of the
   *     type; EOPNOTSUPP if such a VM's memory is converted in place, for the operations are those
   *     of a kernel that keeps the state in the VM: {@link CrowdRun} plays on both. The message is
   *     one line
   */
  public DifferentialReport run() {
    try (Kvm kvm = Kvm.open().orThrow()) {
      return run(kvm);
    }
  }

  /** Runs on a kernel. */
  DifferentialReport run(Kvm kvm) {
    if (kvm.conversion(type).orThrow() instanceof ConversionInterface.InPlace) {
      throw new KernelException(
          Errno.EOPNOTSUPP,
          "this kernel converts in place, and only a kernel that keeps the state in the VM is"
              + " compared step by step; with several vCPUs at once both are");
    }
    Map<Move, String> leftOut = Offer.of(kvm, type).leftOut();
    return run(start -> GuestMemoryPlayer.onRealKernel(start, kvm), leftOut);
  }

  /** Runs the engine beside another world. */
  DifferentialReport run(Function<StartVm, Player> kernel, Map<Move, String> leftOut) {
    long begin = System.nanoTime();
    Menu menu = Menu.without(leftOut.keySet());
    LockStep lockStep = new LockStep(GuestMemoryPlayer::inMemoryLikeReal, kernel);
    Answers answers = new Answers();
    List<DifferentialDisagreement> disagreements = new ArrayList<>();
    long next = seed;
    long sequences = 0;
    long done = 0;
    while (done < operations) {
      long current = next;
      LockStep.Outcome outcome =
          lockStep.play(
              new RandomSequence(current, type, menu),
              Math.min(SEQUENCE, operations - done),
              answers);
      done += outcome.operations();
      sequences++;
      outcome
          .difference()
          .ifPresent(difference -> disagreements.add(disagreement(current, difference)));
      listener.compared(done, disagreements.size());
      next = follower(next);
    }
    return new DifferentialReport(
        type,
        seed,
        sequences,
        done,
        disagreements,
        answers.counts(),
        named(leftOut),
        Duration.ofNanos(System.nanoTime() - begin));
  }

  private static SortedMap<String, String> named(Map<Move, String> leftOut) {
    SortedMap<String, String> named = new TreeMap<>();
    leftOut.forEach((move, reason) -> named.put(move.name().toLowerCase(Locale.ROOT), reason));
    return named;
  }

  private DifferentialDisagreement disagreement(long sequence, LockStep.Difference difference) {
    return new DifferentialDisagreement(
        type,
        sequence,
        difference.index(),
        OperationNames.of(difference.operation()),
        difference.operation().toString(),
        difference.engine(),
        difference.kernel());
  }

  /** Returns the seed of the sequence after another: positive, so that it is easily typed. */
  static long follower(long seed) {
    return new Random(seed).nextLong() >>> 1;
  }
}
