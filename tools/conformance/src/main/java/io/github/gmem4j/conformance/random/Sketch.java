package io.github.gmem4j.conformance.random;

import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.conformance.operation.PinKind;
import io.github.gmem4j.conformance.operation.SlotOperation;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a generator remembers of the operations it made up, so that those to come hit what is there.
 * It is a rough guess at the real state and decides no answer. Not thread-safe.
 */
final class Sketch {
  /** Numbers of guest memories. */
  static final int MEMORIES = 2;

  /** Stands for a memory's number in a slot without one. */
  static final int NO_MEMORY = -1;

  /** First address of the frames in which everything happens: 4 GiB. */
  static final long FIRST_GPA = 0x1_0000_0000L;

  /** How many frames there are. */
  static final int FRAMES = 48;

  private static final int LAST_NUMBER = 1 << 20;

  /** A memory that was created. */
  static final class File {
    final int pages;
    final boolean mappable;
    final BitSet holes = new BitSet();

    File(int pages, boolean mappable) {
      this.pages = pages;
      this.mappable = mappable;
    }

    boolean isMapped(int page) {
      return page < pages && !holes.get(page);
    }
  }

  /** A slot that was bound; frames count from {@link #FIRST_GPA}. */
  record Bound(int slot, int frame, int pages, int g, int offset) {
    boolean overlaps(int otherFrame, int otherPages) {
      return frame < otherFrame + otherPages && otherFrame < frame + pages;
    }
  }

  final Map<Integer, File> files = new TreeMap<>();
  final Map<Integer, Bound> slots = new TreeMap<>();

  /** What made the slots of ordinary memory. */
  private final Map<Integer, SlotOperation.Bind> ordinary = new TreeMap<>();

  final Map<Long, PinKind> pins = new TreeMap<>();

  /** Frames that are private, as far as conversions say. */
  final BitSet privateFrames = new BitSet();

  /** Frames that the guest touched, or the VMM prefaulted, while no slot had them. */
  private final BitSet touchedBare = new BitSet();

  private long nextPin;

  /** Returns the address of a frame. */
  static long gpa(int frame) {
    return FIRST_GPA + (long) frame * Page.BYTES;
  }

  /** Returns a number for a pin. */
  long newPin() {
    return nextPin++;
  }

  /** Returns the number of a memory that is open. */
  int openMemory(Dice dice) {
    return dice.oneOf(List.copyOf(files.keySet()));
  }

  /** Returns the number of a memory that is open and can be mapped itself. */
  Optional<Integer> mappableMemory(Dice dice) {
    List<Integer> mappable = files.keySet().stream().filter(g -> file(g).mappable).toList();
    return mappable.isEmpty() ? Optional.empty() : Optional.of(dice.oneOf(mappable));
  }

  File file(int g) {
    return Objects.requireNonNull(files.get(g));
  }

  /** Tells whether a bind of guest memory would collide with nothing. */
  boolean isFree(Bound wanted) {
    File file = files.get(wanted.g());
    return file != null
        && wanted.offset() + wanted.pages() <= file.pages
        && slots.values().stream()
            .noneMatch(bound ->
                bound.slot() == wanted.slot() || bound.overlaps(wanted.frame(), wanted.pages()))
        && !sharesPages(wanted);
  }

  /** Takes note of a request for a slot of ordinary memory, which also moves one that exists. */
  void bindOrdinary(SlotOperation.Bind request) {
    int pages = (int) request.size().wholePages().value();
    Bound wanted = new Bound(request.slot(), frameOf(request.gpa().value()), pages, NO_MEMORY, 0);
    SlotOperation.Bind old = ordinary.get(request.slot());
    boolean served = !slots.containsKey(request.slot()) || (old != null && isMoved(old, request));
    if (served
        && slots.values().stream()
            .noneMatch(bound ->
                bound.slot() != wanted.slot() && bound.overlaps(wanted.frame(), wanted.pages()))) {
      slots.put(request.slot(), wanted);
      ordinary.put(request.slot(), request);
    }
  }

  private static boolean isMoved(SlotOperation.Bind from, SlotOperation.Bind to) {
    return from.size().equals(to.size())
        && from.g() == to.g()
        && from.hvaDelta() == to.hvaDelta()
        && ((from.flags() ^ to.flags()) & SlotRequest.READONLY) == 0;
  }

  void unbind(int slot) {
    slots.remove(slot);
    ordinary.remove(slot);
  }

  /** Tells whether a slot has some of the pages of the memory. */
  boolean sharesPages(Bound wanted) {
    return slots.values().stream().anyMatch(bound -> sharesPages(bound, wanted));
  }

  /** A memory is closed: its slots stay without it. */
  void close(int g) {
    files.remove(g);
    slots.replaceAll((number, bound) ->
        bound.g() == g ? new Bound(number, bound.frame(), bound.pages(), NO_MEMORY, 0) : bound);
  }

  private static boolean sharesPages(Bound one, Bound other) {
    return one.g() == other.g()
        && one.offset() < other.offset() + other.pages()
        && other.offset() < one.offset() + one.pages();
  }

  /** Returns a frame: mostly one of a slot's. */
  int frame(Dice dice) {
    if (slots.isEmpty() || dice.oneIn(6)) {
      return dice.below(FRAMES);
    }
    Bound bound = slot(dice);
    return bound.frame() + dice.below(bound.pages());
  }

  /** Takes note of a conversion that succeeds. */
  void convert(GpaRange range, boolean toPrivate) {
    int first = frameOf(range.start().value());
    int end = frameOf(range.start().value() + range.size().value());
    privateFrames.set(first, end, toPrivate);
  }

  /** Takes note of frames that are touched. */
  void touch(int first, int end) {
    for (int frame = first; frame < end; frame++) {
      int touched = frame;
      if (slots.values().stream().noneMatch(bound -> bound.overlaps(touched, 1))) {
        touchedBare.set(frame);
      }
    }
  }

  /**
   * Tells whether a touch of a frame would meet what an earlier one left in KVM's page tables.
   *
   * <p>A shared frame that is touched while no slot has it gets an entry that says so. Conversions
   * leave such entries alone. Where the frame is private at the next touch, Linux 7.3 takes the
   * fault on that entry for an emulated device's, which are never private: it reports a shared
   * access, or the device, though the page is private.
   */
  boolean isHaunted(int frame) {
    return touchedBare.get(frame) && privateFrames.get(frame);
  }

  /** Returns the number of an address's frame, as far as numbers go. */
  static int frameOf(long gpa) {
    long frame = (gpa - FIRST_GPA) >> Page.SHIFT;
    return (int) Math.max(0, Math.min(frame, LAST_NUMBER));
  }

  /** Returns one of the slots that are bound. */
  Bound slot(Dice dice) {
    return dice.oneOf(List.copyOf(slots.values()));
  }
}
