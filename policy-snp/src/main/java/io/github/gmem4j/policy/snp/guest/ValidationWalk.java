package io.github.gmem4j.policy.snp.guest;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.policy.snp.ghcb.PageSize;
import io.github.gmem4j.policy.snp.ghcb.PscEntry;
import io.github.gmem4j.policy.snp.rmp.SnpInstruction;
import io.github.gmem4j.policy.snp.rmp.Validation;
import java.util.Optional;

/**
 * One PVALIDATE after the other over the entries of a request; an entry of 2 MiB whose RMP entries
 * are smaller is walked again page by page.
 *
 * @param chunk whose entries
 * @param index the entry
 * @param size the size that is tried
 * @param page the page inside the entry
 */
record ValidationWalk(PscChunk chunk, int index, PageSize size, int page) {
  static ValidationWalk over(PscChunk chunk) {
    return at(chunk, 0);
  }

  private static ValidationWalk at(PscChunk chunk, int index) {
    return new ValidationWalk(chunk, index, chunk.entries().get(index).size(), 0);
  }

  private PscEntry entry() {
    return chunk.entries().get(index);
  }

  SnpInstruction.Pvalidate instruction() {
    Validation validation =
        chunk.target() == Shareability.PRIVATE ? Validation.VALIDATE : Validation.RESCIND;
    Gfn gfn = new Gfn(entry().gfn().value() + page);
    return new SnpInstruction.Pvalidate(gfn.gpa(), size, validation);
  }

  /** Returns the next place; empty at the end. */
  Optional<ValidationWalk> advanced() {
    int next = page + size.pages();
    if (next < entry().size().pages()) {
      return Optional.of(new ValidationWalk(chunk, index, size, next));
    }
    return index + 1 < chunk.entries().size()
        ? Optional.of(at(chunk, index + 1))
        : Optional.empty();
  }

  /** Returns the same place at 4 KiB; empty if that is what was tried. */
  Optional<ValidationWalk> smaller() {
    return size == PageSize.MIB_2
        ? Optional.of(new ValidationWalk(chunk, index, PageSize.KIB_4, 0))
        : Optional.empty();
  }
}
