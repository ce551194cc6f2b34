package io.github.gmem4j.cli.staging;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.cli.scenario.Role;

/** A participant that does not let its pages become private. */
record Refuser(Role.Refuser role) implements Participant {
  @Override
  public String name() {
    return role.name();
  }

  @Override
  public Preparation prepare(PlannedConversion conversion) {
    return conversion.target() == Shareability.PRIVATE && conversion.pages().overlaps(role.pages())
        ? new Preparation.Refused(role.reason())
        : Preparation.READY;
  }

  @Override
  public void commit(PlannedConversion conversion) {}

  @Override
  public void abort(PlannedConversion conversion) {}
}
