package io.github.gmem4j.testkit.asserting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.testkit.rule.Rule;
import io.github.gmem4j.testkit.value.PlannedConversions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the wrapper of a participant notices about it and about who calls it. */
class AssertingParticipantTest {
  private static final PlannedConversion CONVERSION =
      PlannedConversions.of(mock(GuestMemory.class)).pages(2, 2).build();

  private final Participant participant = mock(Participant.class);

  @BeforeEach
  void nameIt() {
    when(participant.name()).thenReturn("driver");
    when(participant.prepare(any())).thenReturn(Preparation.READY);
  }

  private AssertingParticipant asserting() {
    return AssertingParticipant.of(participant);
  }

  @Test
  void aReadyThatIsCommittedIsFine() {
    AssertingParticipant asserting = asserting();
    asserting.prepare(CONVERSION);
    assertEquals(List.of(CONVERSION), asserting.stillReady());
    asserting.commit(CONVERSION);
    assertEquals(List.of(), asserting.stillReady());
  }

  @Test
  void noAnswerIsNoticed() {
    AssertingParticipant asserting = asserting();
    when(participant.prepare(any())).thenThrow(new IllegalStateException("lost"));
    Broken.by(Rule.C1, () -> asserting.prepare(CONVERSION));
    when(participant.name()).thenReturn("somebody else");
    Broken.by(Rule.C1, asserting::name);
    Broken.by(Rule.C1, () -> AssertingParticipant.of(mock(Participant.class)));
  }

  @Test
  void commitOrAbortOfWhoWasNotReadyIsNoticed() {
    when(participant.prepare(any()))
        .thenReturn(new Preparation.NeedsTime(Duration.ofMillis(1)))
        .thenReturn(new Preparation.Refused("no"));
    AssertingParticipant asserting = asserting();
    asserting.prepare(CONVERSION);
    Broken.by(Rule.C2, () -> asserting.commit(CONVERSION));
    asserting.prepare(CONVERSION);
    Broken.by(Rule.C2, () -> asserting.abort(CONVERSION));
  }

  @Test
  void aCommitThatFailsIsNoticed() {
    doThrow(new IllegalStateException("no memory")).when(participant).commit(any());
    AssertingParticipant asserting = asserting();
    asserting.prepare(CONVERSION);
    Broken.by(Rule.C3, () -> asserting.commit(CONVERSION));
  }

  @Test
  void anAbortThatFailsIsNoticed() {
    doThrow(new IllegalStateException("no memory")).when(participant).abort(any());
    AssertingParticipant asserting = asserting();
    asserting.prepare(CONVERSION);
    Broken.by(Rule.C4, () -> asserting.abort(CONVERSION));
  }

  @Test
  void commitWithoutPrepareIsNoticed() {
    Broken.by(Rule.C5, () -> asserting().commit(CONVERSION));
  }

  @Test
  void commitAndAbortOfTheSameIsNoticed() {
    AssertingParticipant asserting = asserting();
    asserting.prepare(CONVERSION);
    asserting.commit(CONVERSION);
    Broken.by(Rule.C5, () -> asserting.abort(CONVERSION));
    Broken.by(Rule.C5, () -> asserting.commit(CONVERSION));
  }
}
