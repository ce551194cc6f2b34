package io.github.gmem4j.cli.reading;

import io.github.gmem4j.cli.scenario.GuestName;
import io.github.gmem4j.cli.scenario.InputException;
import io.github.gmem4j.cli.scenario.Launch;
import io.github.gmem4j.cli.scenario.MemoryLayout;
import io.github.gmem4j.cli.scenario.PolicyName;
import io.github.gmem4j.cli.scenario.Role;
import io.github.gmem4j.cli.scenario.Scenario;
import io.github.gmem4j.core.kernel.KernelGeneration;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Reads a scenario. The format is described in {@code examples/scenarios/README.md}. */
public final class ScenarioReader {
  private static final int MAX_VCPUS = 64;
  private static final List<String> KEYS =
      List.of(
          "title",
          "description",
          "policy",
          "kernel",
          "guest",
          "launch",
          "implicit",
          "patience",
          "memory",
          "slots",
          "vcpus",
          "processes",
          "participants",
          "steps");

  private ScenarioReader() {}

  /**
   * Reads a scenario file, which may name a policy.
   *
   * @throws InputException if the file cannot be read or is not a scenario
   */
  public static Scenario read(Path file) {
    Fields fields = Fields.of(NodeReader.read(file), "a scenario", KEYS);
    return read(
        fields,
        fields.optional("policy").map(node -> new PolicyName(node.place(), Values.text(node))));
  }

  /**
   * Reads a scenario file, to be played under a policy whatever it names itself.
   *
   * @throws InputException if the file cannot be read, is not a scenario, or is for another policy
   */
  public static Scenario readFor(PolicyName policy, Path file) {
    return read(Fields.of(NodeReader.read(file), "a scenario", KEYS), Optional.of(policy));
  }

  /**
   * Reads a scenario file, to be played under any policy.
   *
   * @throws InputException if the file cannot be read, is not a scenario, or is for one policy only
   */
  public static Scenario readForAny(Path file) {
    return read(Fields.of(NodeReader.read(file), "a scenario", KEYS), Optional.empty());
  }

  private static Scenario read(Fields fields, Optional<PolicyName> policy) {
    MemoryLayout memory = MemoryReader.read(fields.required("memory"));
    int vcpus =
        fields.optional("vcpus").map(node -> (int) Values.between(node, 1, MAX_VCPUS)).orElse(1);
    List<Role> participants =
        fields.items("participants").stream().map(new RoleReader(memory)::read).toList();
    List<String> processes = fields.items("processes").stream().map(Values::line).toList();
    checkNames(fields, processes, participants);
    List<String> actors =
        Stream.concat(
                processes.stream(),
                participants.stream().filter(role -> role instanceof Role.Driver).map(Role::name))
            .toList();
    StepReader steps = new StepReader(policy, memory, vcpus, actors);
    fields.required("steps");
    return new Scenario(
        Values.line(fields.required("title")),
        fields.optional("description").map(Values::text).orElse(""),
        policy,
        fields.optional("kernel").map(ScenarioReader::kernel).orElse(KernelGeneration.IN_PLACE),
        fields.optional("guest").map(node -> new GuestName(node.place(), Values.line(node))),
        fields.optional("launch").map(ScenarioReader::launch).orElse(Launch.AT_FIRST_RUN),
        fields.optional("implicit").map(RuleReader::implicit),
        fields.optional("patience").map(RuleReader::patience),
        memory,
        fields.items("slots").stream().map(new VmmDeedReader(memory, vcpus)::slot).toList(),
        vcpus,
        processes,
        participants,
        fields.items("steps").stream().map(steps::read).toList());
  }

  /** Everybody has a lane of the diagram under this name. */
  private static void checkNames(Fields fields, List<String> processes, List<Role> participants) {
    List<String> names = new ArrayList<>(processes);
    participants.forEach(role -> names.add(role.name()));
    Set<String> taken = new HashSet<>(List.of("guest", "KVM", "VMM", "memory"));
    for (String name : names) {
      if (!taken.add(name)) {
        throw new InputException(
            fields.place(), "two of the actors of this scenario are called '" + name + "'");
      }
    }
  }

  private static Launch launch(Node node) {
    return switch (Values.word(node, List.of("at-first-run", "by-hand"))) {
      case "by-hand" -> Launch.BY_HAND;
      default -> Launch.AT_FIRST_RUN;
    };
  }

  private static KernelGeneration kernel(Node node) {
    return switch (Values.word(node, List.of("in-place", "rfc-2025", "vm-attributes"))) {
      case "in-place" -> KernelGeneration.IN_PLACE;
      case "rfc-2025" -> KernelGeneration.RFC_2025;
      default -> KernelGeneration.VM_ATTRIBUTES;
    };
  }
}
