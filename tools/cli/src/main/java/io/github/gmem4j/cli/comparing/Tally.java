package io.github.gmem4j.cli.comparing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was counted while a story was played under one policy.
 *
 * @param exits how often {@code run()} returned, by the kind of exit, in the scenarios' words
 * @param runs how often {@code run()} was called
 * @param conversions who converted how often
 * @param refaults how often host processes had to fault in again what they had before
 * @param notices how often others were called
 * @param lostPages how many pages lost what was written to them
 * @param exposure who read what guests had written for themselves
 * @param retries who tried again how often
 * @param carried what KVM had to remember
 * @param borne what the guest had to tolerate
 */
record Tally(
    SortedMap<String, Integer> exits,
    int runs,
    Conversions conversions,
    int refaults,
    Notices notices,
    int lostPages,
    Exposure exposure,
    Retries retries,
    Carried carried,
    Borne borne) {
  /** The end of a program is an exit, too, but says nothing. */
  static final String HALT = "halt";

  Tally {
    exits = Collections.unmodifiableSortedMap(new TreeMap<>(exits));
  }

  /** Returns the exits but the ends of programs. */
  Map<String, Integer> exitsButHalts() {
    SortedMap<String, Integer> telling = new TreeMap<>(exits);
    telling.remove(HALT);
    return telling;
  }

  /**
   * Conversions, tried and failed, by who called for them.
   *
   * @param byVmm tried by the VMM
   * @param byVmmFailed of these failed
   * @param byKvm tried by KVM inside {@code run()}, with all checks
   * @param byKvmFailed of these failed
   * @param flips made by what runs beneath KVM, without a check
   * @param atLastDrop made when the last reference was dropped, or at once if there was none
   */
  record Conversions(
      int byVmm, int byVmmFailed, int byKvm, int byKvmFailed, int flips, int atLastDrop) {
    String words() {
      List<String> parts = new ArrayList<>();
      tried(parts, "VMM", byVmm, byVmmFailed);
      tried(parts, "KVM", byKvm, byKvmFailed);
      Borne.add(parts, flips, "unchecked");
      Borne.add(parts, atLastDrop, "at the last drop");
      return Cells.joined(parts);
    }

    private static void tried(List<String> parts, String who, int count, int failed) {
      if (count > 0) {
        parts.add(who + " " + count + (failed > 0 ? ", " + failed + " failed" : ""));
      }
    }
  }

  /**
   * Calls to participants and callbacks.
   *
   * @param prepared prepare
   * @param committed commit
   * @param aborted abort
   * @param lastReferences callbacks of a last reference
   */
  record Notices(int prepared, int committed, int aborted, int lastReferences) {
    String words() {
      List<String> parts = new ArrayList<>();
      Borne.add(parts, prepared, "prepare");
      Borne.add(parts, committed, "commit");
      Borne.add(parts, aborted, "abort");
      Borne.add(parts, lastReferences, "callback");
      return Cells.joined(parts);
    }
  }

  /**
   * Attempts of host processes and devices to read what a guest had written for itself.
   *
   * @param exposed those that got it
   * @param defended those past the page tables that did not
   */
  record Exposure(int exposed, int defended) {
    String words() {
      List<String> parts = new ArrayList<>();
      Borne.add(parts, exposed, "exposed");
      Borne.add(parts, defended, "defended");
      return Cells.joined(parts);
    }
  }

  /**
   * Who tried again.
   *
   * @param guest calls that the guest made again
   * @param vmm times the VMM held the vCPU and tried again
   * @param kernel conversions that KVM tried again, and what it retried by itself for a busy
   *     platform
   */
  record Retries(int guest, int vmm, int kernel) {
    String words() {
      List<String> parts = new ArrayList<>();
      Borne.add(parts, guest, "guest");
      Borne.add(parts, vmm, "VMM");
      Borne.add(parts, kernel, "kernel");
      return Cells.joined(parts);
    }
  }

  /**
   * What the guest had to tolerate.
   *
   * @param frozen how long its vCPUs stood in the VMM, all together
   * @param failures requests it gave up
   * @param exceptions exceptions it took
   * @param ends how often a guest ended itself
   * @param toldUntruly requests that it was told are fulfilled when they were not
   * @param ambiguousFaults faults that a VMM cannot tell from those of a guest that never asked
   * @param unfinished actions that it did not get past
   * @param isStopped whether the VMM had to stop the VM
   * @param isEndless whether it was left in a loop without an end
   */
  record Borne(
      Duration frozen,
      int failures,
      int exceptions,
      int ends,
      int toldUntruly,
      int ambiguousFaults,
      int unfinished,
      boolean isStopped,
      boolean isEndless) {
    String words() {
      List<String> parts = new ArrayList<>();
      if (!frozen.isZero()) {
        parts.add("frozen " + frozen.toMillis() + " ms");
      }
      add(parts, failures, "failed");
      add(parts, exceptions, "exception");
      add(parts, ends, "ended itself");
      add(parts, toldUntruly, "told untruly");
      add(parts, ambiguousFaults, "ambiguous fault");
      if (isStopped) {
        parts.add("VM stopped");
      } else if (isEndless) {
        parts.add("no end");
      } else {
        add(parts, unfinished, "unfinished");
      }
      return Cells.joined(parts);
    }

    static void add(List<String> parts, int count, String what) {
      if (count > 0) {
        parts.add(what + " " + count);
      }
    }
  }
}
