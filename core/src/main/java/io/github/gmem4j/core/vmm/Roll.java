package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.participant.PlannedConversion;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Who is asked to prepare for a request, for which piece of it, in which order: piece by piece, and
 * for each the participants in the order of their registration. Immutable.
 *
 * @param pieces the pieces, one for each slot, in ascending order
 * @param entries everybody who is asked, for each piece
 */
record Roll(List<PlannedConversion> pieces, List<Entry> entries) {
  /** The roll of a request for which nobody was asked. */
  static final Roll NOBODY = new Roll(List.of(), List.of());

  /** One participant and one piece. */
  record Entry(Participant participant, PlannedConversion piece) {}

  static Roll of(List<PlannedConversion> pieces, List<Participant> participants) {
    List<Entry> entries = new ArrayList<>(pieces.size() * participants.size());
    for (PlannedConversion piece : pieces) {
      for (Participant participant : participants) {
        entries.add(new Entry(participant, piece));
      }
    }
    return new Roll(pieces, List.copyOf(entries));
  }

  /** What everybody is owed: a commit for what has changed hands, then an abort for the rest. */
  List<LastWord> lastWords(Predicate<PlannedConversion> changed) {
    return lastWords(entries.size(), changed);
  }

  /** What the first entries are owed; aborts in reverse order. */
  List<LastWord> lastWords(int ready, Predicate<PlannedConversion> changed) {
    List<PlannedConversion> done = pieces.stream().filter(changed).toList();
    List<LastWord> words = new ArrayList<>(ready);
    for (Entry entry : entries.subList(0, ready)) {
      if (done.contains(entry.piece())) {
        words.add(new LastWord.Commit(entry.participant(), entry.piece()));
      }
    }
    for (Entry entry : entries.subList(0, ready).reversed()) {
      if (!done.contains(entry.piece())) {
        words.add(new LastWord.Abort(entry.participant(), entry.piece()));
      }
    }
    return List.copyOf(words);
  }
}
