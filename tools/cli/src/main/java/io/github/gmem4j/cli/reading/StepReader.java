package io.github.gmem4j.cli.reading;

import io.github.gmem4j.cli.scenario.InputException;
import io.github.gmem4j.cli.scenario.MemoryLayout;
import io.github.gmem4j.cli.scenario.PlannedFault;
import io.github.gmem4j.cli.scenario.PolicyName;
import io.github.gmem4j.cli.scenario.Step;
import io.github.gmem4j.cli.scenario.Words;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads the steps. */
final class StepReader {
  private static final List<String> KINDS =
      List.of("note", "vcpu", "process", "vmm", "fault", "check");

  private final MemoryLayout memory;
  private final int vcpus;
  private final List<String> processes;
  private final GuestDeedReader guest;
  private final VmmDeedReader vmm;

  StepReader(Optional<PolicyName> policy, MemoryLayout memory, int vcpus, List<String> processes) {
    this.memory = memory;
    this.vcpus = vcpus;
    this.processes = processes;
    this.guest = new GuestDeedReader(policy);
    this.vmm = new VmmDeedReader(memory, vcpus);
  }

  Step read(Node node) {
    return switch (Fields.kindOf(node, "a step", KINDS)) {
      case "note" -> new Step.Note(Values.text(Fields.of(node, "a note", "note").required("note")));
      case "vcpu" -> {
        Fields fields =
            Fields.of(node, "a vCPU's step", "vcpu", "does", "until", "goes-on", "exits", "holds");
        int vcpu = (int) Values.between(fields.required("vcpu"), 0, vcpus - 1);
        if (fields.optional("goes-on").isPresent()) {
          yield goesOn(node, vcpu);
        }
        yield new Step.Run(
            fields.place(),
            vcpu,
            does(fields).stream().flatMap(deed -> guest.read(deed).stream()).toList(),
            until(fields),
            Expected.words(fields, "exits", Words.EXITS),
            Expected.count(fields, "holds"));
      }
      case "process" -> {
        Fields fields = Fields.of(node, "a process's step", "process", "does");
        yield new Step.Host(
            process(fields.required("process")),
            does(fields).stream().map(HostDeedReader::read).toList());
      }
      case "vmm" -> {
        Fields fields = Fields.of(node, "a step of the VMM", "vmm");
        yield new Step.Vmm(fields.items("vmm").stream().map(vmm::read).toList());
      }
      case "fault" -> fault(Fields.of(node, "a fault", "fault", "times", "at"));
      default -> {
        Fields fields = Fields.of(node, "a check", "check", "state");
        yield new Step.Check(
            fields.place(),
            MemoryReader.fewOf(
                MemoryReader.pagesIn(memory, fields.required("check")), fields.place()),
            Values.state(fields.required("state")));
      }
    };
  }

  private static Step fault(Fields fields) {
    Optional<Node> at = fields.optional("at");
    return new Step.GoesWrong(
        fields.place(),
        new PlannedFault(
            Values.faultSite(fields.required("fault")),
            fields.optional("times").map(StepReader::times).orElse(1),
            at.isPresent() ? OptionalLong.of(Values.unsigned(at.get())) : OptionalLong.empty()));
  }

  private static int times(Node node) {
    return Values.text(node).equals("always") ? Integer.MAX_VALUE : Values.count(node, 1);
  }

  private static Step goesOn(Node node, int vcpu) {
    Fields fields = Fields.of(node, "a vCPU that goes on", "vcpu", "goes-on");
    Values.word(fields.required("goes-on"), List.of("true"));
    return new Step.GoOn(fields.place(), vcpu);
  }

  private static Step.Until until(Fields fields) {
    fields.optional("until").ifPresent(node -> Values.word(node, List.of("first-exit")));
    return fields.optional("until").isPresent() ? Step.Until.FIRST_EXIT : Step.Until.DONE;
  }

  private static List<Node> does(Fields fields) {
    fields.required("does");
    return fields.items("does");
  }

  private String process(Node node) {
    if (processes.isEmpty()) {
      throw new InputException(node.place(), "this scenario has neither processes nor drivers");
    }
    return Values.word(node, processes);
  }
}
