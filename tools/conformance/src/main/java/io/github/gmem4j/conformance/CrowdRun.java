package io.github.gmem4j.conformance;

import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.probe.ConversionInterface;
import io.github.gmem4j.conformance.crowd.Meeting;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Several vCPUs and a host at once on this host's kernel, by whichever interface it converts: each
 * answer must be one of those that are right while others are at work, and what is left in the end
 * is compared with the engine. Needs {@code --enable-native-access=io.github.gmem4j.backend.kvm}.
 *
 * <p>The same seed makes all do the same, but how they meet is up to the machine.
 */
public final class CrowdRun {
  /** Most vCPUs at once. */
  public static final int MOST_VCPUS = 64;

  /** How many things are done on one VM, by all together. */
  static final int MEETING = 500;

  private final int vcpus;
  private final long seed;
  private final long operations;

  private CrowdRun(int vcpus, long seed, long operations) {
    this.vcpus = vcpus;
    this.seed = seed;
    this.operations = operations;
  }

  /**
   * Returns a run that has not begun.
   *
   * @param vcpus how many vCPUs run at once, 1 to {@value #MOST_VCPUS}
   * @param seed the first meeting's seed
   * @param operations how many things to do at least, 1 or more
   */
  public static CrowdRun of(int vcpus, long seed, long operations) {
    if (vcpus < 1 || vcpus > MOST_VCPUS) {
      throw new IllegalArgumentException("not a number of vCPUs from 1 to 64: " + vcpus);
    }
    if (operations < 1) {
      throw new IllegalArgumentException("not a number of operations: " + operations);
    }
    return new CrowdRun(vcpus, seed, operations);
  }

  /**
   * Runs on this host's kernel, on software-protected VMs.
   *
   * @throws KernelException if there is no {@code /dev/kvm} to be used, or it cannot convert
   */
  public CrowdReport run() {
    try (Kvm kvm = Kvm.open().orThrow()) {
      return run(kvm);
    }
  }

  /** Runs on a kernel. */
  CrowdReport run(Kvm kvm) {
    boolean zeroes =
        kvm.conversion(VmType.SW_PROTECTED).orThrow() instanceof ConversionInterface.VmAttributes;
    return run(
        () -> kvm.createConvertingVm(SoftwareProtectedPolicy.create(), RoadListener.NONE).orThrow(),
        zeroes);
  }

  /** Runs on VMs that are made for it. */
  CrowdReport run(Supplier<VirtualMachine> vms, boolean zeroes) {
    long begin = System.nanoTime();
    int each = Math.max(1, MEETING / (vcpus + 1));
    SortedMap<String, SortedMap<String, Long>> answers = new TreeMap<>();
    List<String> wrong = new ArrayList<>();
    long next = seed;
    long done = 0;
    long meetings = 0;
    while (done < operations) {
      Meeting meeting = Meeting.on(vms.get(), zeroes, vcpus, each, next);
      done += meeting.operations();
      meetings++;
      for (Meeting.Answer answer : meeting.answers()) {
        answers
            .computeIfAbsent(answer.operation(), operation -> new TreeMap<>())
            .merge(answer.kind(), 1L, Long::sum);
      }
      for (String what : meeting.wrong()) {
        wrong.add("seed " + next + ": " + what);
      }
      next = Differential.follower(next);
    }
    return new CrowdReport(
        vcpus, seed, meetings, done, wrong, answers, Duration.ofNanos(System.nanoTime() - begin));
  }
}
