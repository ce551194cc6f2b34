package io.github.gmem4j.cli.playing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.cli.journal.Journal;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** When a vCPU's step goes round in a circle. */
class TreadmillTest {
  private final AtomicLong millis = new AtomicLong();
  private final AtomicBoolean isQuiet = new AtomicBoolean(true);
  private final Journal journal = new Journal(() -> Duration.ofMillis(millis.get()));
  private final Treadmill treadmill = new Treadmill(journal, isQuiet::get);

  /** One round of a VMM that waits a little and answers "again". */
  private void round(int attempt, long gpa) {
    journal.on(new RoadEvent.RunLeft(0, new Exit.MapGpaRange(new Gpa(gpa), PageCount.ONE, 16, 1)));
    journal.on(new RoadEvent.VcpuHeld(0, Duration.ofMillis(5), attempt));
    millis.addAndGet(5);
    journal.on(new RoadEvent.RunEntered(0, Reply.Answer.RETRY));
  }

  private void rounds(int count) {
    for (int i = 0; i < count; i++) {
      round(1, 0x1000);
    }
  }

  private void finishAction() {
    GuestAction.Touch touch = new GuestAction.Touch(new Gpa(0), Shareability.PRIVATE);
    journal.on(new RoadEvent.ActionFinished(0, touch, new ActionResult.Touched()));
  }

  @Test
  void the_same_again_and_again_has_no_end_whatever_time_passes() {
    rounds(64);
    assertFalse(treadmill.isEndless());

    rounds(1);

    assertTrue(treadmill.isEndless());
    assertEquals(
        "endless: vCPU 0 does not get past 'share': from 0 ms to 325 ms map-gpa-range x 65, held x"
            + " 65, and nothing changes; it could be ended by the guest, which asks again, or by"
            + " the VMM, which goes on trying",
        treadmill.finding(0, "share").sentence());
  }

  @Test
  void an_action_that_is_finished_is_progress() {
    rounds(60);
    finishAction();
    rounds(60);

    assertFalse(treadmill.isEndless());
  }

  @Test
  void while_somebody_else_will_act_it_may_end() {
    isQuiet.set(false);
    rounds(1_000);

    assertFalse(treadmill.isEndless());
  }

  @Test
  void a_patience_that_runs_out_is_not_the_same_again() {
    for (int attempt = 1; attempt <= 1_000; attempt++) {
      round(attempt, 0x1000);
    }

    assertFalse(treadmill.isEndless());
  }

  @Test
  void what_is_not_the_same_is_given_up_in_the_end() {
    for (int i = 0; i < 9_999; i++) {
      round(1, 0x1000L * i);
    }
    assertFalse(treadmill.isEndless());

    round(1, 0);

    assertTrue(treadmill.isEndless());
  }

  @Test
  void a_page_that_changes_hands_each_time_is_told_as_a_change() {
    for (int i = 0; i < 66; i++) {
      journal.on(
          new RoadEvent.PagesFlipped(
              0, new GpaRange(new Gpa(0), new ByteCount(0x1000)), Shareability.SHARED));
      round(1, 0x1000);
    }

    assertTrue(treadmill.isEndless());
    String sentence = treadmill.finding(0, "share").sentence();
    assertFalse(sentence.contains("and nothing changes"), sentence);
  }
}
