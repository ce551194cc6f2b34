package io.github.gmem4j.core.vm;

import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Withheld;
import io.github.gmem4j.api.vm.ConversionScope;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.core.memory.MemoryView;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the kernel itself does, inside {@code run()}, to the memory behind guest frames. */
public final class BackingMemory {
  /** Does something to pages of one memory. */
  @FunctionalInterface
  private interface Piecework {
    ConversionOutcome on(MemoryView view, long firstPage, long endPage);
  }

  private final InMemoryVm vm;

  BackingMemory(InMemoryVm vm) {
    this.vm = vm;
  }

  /**
   * Converts frames, slot by slot in ascending order, up to the first failure.
   *
   * @param stillWanted asked under each memory's lock; if it says no the outcome is ECANCELED
   * @param converted told of the frames of each slot that were converted, with no lock held
   */
  public ConversionOutcome convert(
      GpaRange range,
      Shareability target,
      BooleanSupplier stillWanted,
      Consumer<GfnRange> converted) {
    Optional<ConversionOutcome> answered = answerWithoutMemory(range, target, stillWanted);
    return answered.isPresent()
        ? answered.get()
        : each(
            range,
            target,
            (view, first, end) ->
                view.convert(
                    ConversionRequest.of(
                        ByteRange.of(first << Page.SHIFT, (end - first) << Page.SHIFT), target),
                    stillWanted),
            converted);
  }

  /** Notes that the hypervisor gave frames another owner. */
  public ConversionOutcome flip(GpaRange range, Shareability target, Consumer<GfnRange> converted) {
    if (target == Shareability.SHARED) {
      return convert(range, target, () -> true, converted);
    }
    Optional<ConversionOutcome> answered = answerWithoutMemory(range, target, () -> true);
    return answered.isPresent()
        ? answered.get()
        : each(range, target, MemoryView::flipToPrivate, converted);
  }

  private Optional<ConversionOutcome> answerWithoutMemory(
      GpaRange range, Shareability target, BooleanSupplier stillWanted) {
    if (!range.isPageAligned() || range.isEmptyOrWraps()) {
      return Optional.of(
          new ConversionOutcome.Rejected(Errno.EINVAL, "not a range of whole pages: " + range));
    }
    if (vm.conversionScope() == ConversionScope.VM) {
      return Optional.of(
          stillWanted.getAsBoolean()
              ? vm.setMemoryAttributes(range, target.attributes(), 0)
              : new ConversionOutcome.Rejected(
                  Errno.ECANCELED, "a newer request for the range came first"));
    }
    return Optional.empty();
  }

  /** Keeps shared pages from the guest or from everyone; frames without memory are skipped. */
  public void withhold(GpaRange range, Withheld from, Pending mark) {
    eachExisting(range, (view, first, end) -> view.withhold(first, end, from, mark));
  }

  /** Empties the host's page tables; frames without memory are skipped. */
  public void unmapHost(GpaRange range) {
    eachExisting(range, MemoryView::unmapFromHost);
  }

  /** Takes a reference of the kernel's own on a shared page; null if it cannot be reached. */
  public @Nullable Pin pin(Gpa page, String holder) {
    long gfn = page.gfn().value();
    Slot slot = vm.slotAt(gfn);
    MemoryView view = slot == null ? null : slot.openView();
    return slot == null || view == null ? null : view.pinForKernel(slot.pageOf(gfn), holder);
  }

  /** Tells whether every frame of a range has a state; those without memory are shared. */
  public boolean hasState(GpaRange range, Shareability state) {
    if (!range.isPageAligned() || range.isEmptyOrWraps()) {
      return false;
    }
    long first = range.start().gfn().value();
    long end = first + range.size().wholePages().value();
    if (vm.conversionScope() == ConversionScope.VM) {
      return vm.attributesHave(first, end, state);
    }
    long covered = 0;
    for (Slot slot : vm.slotsInternal().table().all()) {
      MemoryView view = slot.openView();
      if (view != null && slot.addressSpace() == 0 && slot.overlaps(first, end)) {
        long from = Math.max(first, slot.firstGfn());
        long pages = Math.min(end, slot.endGfn()) - from;
        if (!view.hasState(slot.pageOf(from), pages, state)) {
          return false;
        }
        covered += pages;
      }
    }
    return state == Shareability.SHARED || covered == end - first;
  }

  private ConversionOutcome each(
      GpaRange range, Shareability target, Piecework work, Consumer<GfnRange> converted) {
    long end = range.start().gfn().value() + range.size().wholePages().value();
    ConversionOutcome outcome = new ConversionOutcome.AlreadyThere(target);
    for (long gfn = range.start().gfn().value(); gfn < end; ) {
      Slot slot = vm.slotAt(gfn);
      MemoryView view = slot == null ? null : slot.openView();
      if (slot == null || view == null) {
        return new ConversionOutcome.Rejected(
            Errno.EFAULT, "no guest memory at gfn 0x" + Long.toHexString(gfn));
      }
      long pages = Math.min(end, slot.endGfn()) - gfn;
      ConversionOutcome piece = work.on(view, slot.pageOf(gfn), slot.pageOf(gfn) + pages);
      if (!piece.succeeded()) {
        return piece;
      }
      converted.accept(GfnRange.of(gfn, pages));
      outcome = piece instanceof ConversionOutcome.Converted ? piece : outcome;
      gfn += pages;
    }
    return outcome;
  }

  /** Does something to pages of one memory that cannot fail. */
  @FunctionalInterface
  private interface SafePiecework {
    void on(MemoryView view, long firstPage, long endPage);
  }

  private void eachExisting(GpaRange range, SafePiecework work) {
    if (!range.isPageAligned() || range.isEmptyOrWraps()) {
      return;
    }
    long first = range.start().gfn().value();
    long end = first + range.size().wholePages().value();
    for (Slot slot : vm.slotsInternal().table().all()) {
      MemoryView view = slot.openView();
      if (view != null && slot.addressSpace() == 0 && slot.overlaps(first, end)) {
        work.on(
            view,
            slot.pageOf(Math.max(first, slot.firstGfn())),
            slot.pageOf(Math.min(end, slot.endGfn())));
      }
    }
  }
}
