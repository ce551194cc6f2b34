package io.github.gmem4j.policy.snp.engine;

import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.participant.Preparation;
import java.util.ArrayList;
import java.util.List;

/** A participant that agrees or not, as the test says, and counts. */
final class Agreement implements Participant {
  /** What it answers. */
  Preparation answer = Preparation.READY;

  /** What was committed. */
  final List<PlannedConversion> committed = new ArrayList<>();

  @Override
  public String name() {
    return "iommu";
  }

  @Override
  public Preparation prepare(PlannedConversion conversion) {
    return answer;
  }

  @Override
  public void commit(PlannedConversion conversion) {
    committed.add(conversion);
  }

  @Override
  public void abort(PlannedConversion conversion) {}
}
