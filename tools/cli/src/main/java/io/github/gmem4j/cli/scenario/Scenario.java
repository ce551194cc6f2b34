package io.github.gmem4j.cli.scenario;

import io.github.gmem4j.api.policy.ImplicitRule;
import io.github.gmem4j.core.kernel.KernelGeneration;
import java.util.List;
import java.util.Optional;

/**
 * One story: who is there, and what they do.
 *
 * @param title one line for a person
 * @param description more lines for a person, possibly none
 * @param policy which architecture; empty: a story for any
 * @param kernel which generation of the kernel interface
 * @param guest which software runs in the guest; empty: the policy's own choice
 * @param launch when the launch is completed
 * @param implicit what the VMM does about accesses of the wrong kind, in place of the policy's rule
 * @param patience how long the VMM tries, in place of the policy's own rule
 * @param memory the guest memory
 * @param slots where the guest finds it
 * @param vcpus how many vCPUs there are
 * @param processes names of the host processes that map the memory
 * @param participants who takes part in conversions, in this order
 * @param steps what happens
 */
public record Scenario(
    String title,
    String description,
    Optional<PolicyName> policy,
    KernelGeneration kernel,
    Optional<GuestName> guest,
    Launch launch,
    Optional<ImplicitRule> implicit,
    Optional<Patience> patience,
    MemoryLayout memory,
    List<SlotLayout> slots,
    int vcpus,
    List<String> processes,
    List<Role> participants,
    List<Step> steps) {
  /** Copies the lists. */
  public Scenario {
    slots = List.copyOf(slots);
    processes = List.copyOf(processes);
    participants = List.copyOf(participants);
    steps = List.copyOf(steps);
  }
}
