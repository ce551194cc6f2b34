package io.github.gmem4j.conformance.recorder;

import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.conformance.recording.Field;
import io.github.gmem4j.conformance.recording.ResultBuilder;
import java.util.List;
import java.util.Optional;

/** Converts by one call on the VM, whatever lies in the range (generation C). */
public record WholeRangeConverter(VirtualMachine vm) implements RangeConverter {
  @Override
  public Answered convert(Exit.MapGpaRange call) {
    GpaRange range = call.range();
    long attributes = call.target().attributes();
    ConversionOutcome outcome = vm.setMemoryAttributes(range, attributes, 0);
    ResultBuilder tried =
        new ResultBuilder()
            .with(Field.ADDRESS, range.start().value())
            .with(Field.SIZE, range.size().value())
            .with(Field.ATTRIBUTES, attributes);
    return new Answered(
        Optional.of(List.of(Outcomes.append(tried, outcome).build())), Answered.ret(outcome));
  }
}
