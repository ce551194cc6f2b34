package io.github.gmem4j.testkit.asserting;

import io.github.gmem4j.api.memory.Blocker;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.testkit.rule.Rule;
import io.github.gmem4j.testkit.rule.RuleBroken;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

/**
 * A guest memory whose answers, and whose caller, are checked. The kernel answers nonsense with an
 * errno; here nonsense is the caller's mistake.
 *
 * <p>The rules:
 *
 * <ul>
 *   <li><b>M1</b> The caller asks to convert whole pages that lie in the memory, with legal
 *       attributes and without flags.
 *   <li><b>M2</b> The caller does not use a view that it has closed.
 *   <li><b>M3</b> After a success every page of the range has the wanted state, and after {@link
 *       ConversionOutcome.AlreadyThere} each had it before.
 *   <li><b>M4</b> A conversion that fails leaves the state of every page of the range as it was.
 *   <li><b>M5</b> What blocks a conversion lies in its range, in ascending order, and the error
 *       offset is that of the first page that is held. Where nobody known holds the page at the
 *       error offset, the kernel knows a holder that the library does not, and its place in the
 *       order is not judged.
 *   <li><b>M6</b> The host reaches no page through a mapping while it is private.
 * </ul>
 *
 * <p>M3, M4 and M6 are not judged when another conversion through this wrapper comes between; a
 * conversion past it (another view, a kernel that converts by itself) must not come between.
 * Thread-safe as the memory is. A backend's own VM does not take the wrapper for its memory: it is
 * for code under test that is handed a {@link GuestMemory}.
 */
public final class AssertingGuestMemory implements GuestMemory {
  private final GuestMemory memory;
  private final AtomicLong begun = new AtomicLong();
  private final AtomicLong ended = new AtomicLong();
  private volatile boolean closed;

  private AssertingGuestMemory(GuestMemory memory) {
    this.memory = memory;
  }

  /** Returns a memory that does what another does, checked. */
  public static AssertingGuestMemory of(GuestMemory memory) {
    return new AssertingGuestMemory(memory);
  }

  @Override
  public ByteCount size() {
    return memory.size();
  }

  @Override
  public ConversionOutcome convert(ConversionRequest request) {
    open("convert");
    RuleBroken.unless(isSound(request), Rule.M1, request + " of a memory of " + size());
    PageRange pages = request.range().pages();
    Shareability target = request.attributes() == 0 ? Shareability.SHARED : Shareability.PRIVATE;
    boolean alone = ended.get() == begun.get();
    long turn = begun.incrementAndGet();
    List<Shareability> before = states(pages);
    ConversionOutcome outcome = memory.convert(request);
    List<Shareability> after = states(pages);
    ended.incrementAndGet();
    if (outcome instanceof ConversionOutcome.Blocked blocked) {
      checkBlockers(pages, blocked);
    }
    if (alone && begun.get() == turn) {
      checkStates(pages, target, outcome, before, after);
    }
    return outcome;
  }

  private boolean isSound(ConversionRequest request) {
    ByteRange range = request.range();
    return range.isPageAligned()
        && !range.isEmptyOrWraps()
        && Long.compareUnsigned(range.end().value(), size().value()) <= 0
        && (request.attributes() & ~Shareability.ATTRIBUTE_PRIVATE) == 0
        && request.flags() == 0
        && request.reserved() == 0;
  }

  private static void checkStates(
      PageRange pages,
      Shareability target,
      ConversionOutcome outcome,
      List<Shareability> before,
      List<Shareability> after) {
    String what = outcome + " of " + pages + ": before " + before + ", after " + after;
    if (outcome.succeeded()) {
      RuleBroken.unless(after.stream().allMatch(target::equals), Rule.M3, what);
      boolean changed = !before.equals(after);
      RuleBroken.unless(
          !(outcome instanceof ConversionOutcome.AlreadyThere) || !changed, Rule.M3, what);
    } else {
      RuleBroken.unless(before.equals(after), Rule.M4, what);
    }
  }

  private static void checkBlockers(PageRange pages, ConversionOutcome.Blocked blocked) {
    List<PageIndex> held = blocked.blockers().stream().map(Blocker::page).toList();
    PageIndex erring = blocked.errorOffset().page();
    // A kernel may know a holder that the library does not. He may have let go since.
    boolean known = held.contains(erring);
    RuleBroken.unless(
        pages.contains(erring)
            && held.stream().allMatch(pages::contains)
            && held.equals(held.stream().sorted().toList())
            && (!known || held.getFirst().equals(erring)),
        Rule.M5,
        blocked + " of " + pages + (known ? "" : ", held at " + erring + " by somebody unknown"));
  }

  private List<Shareability> states(PageRange pages) {
    return LongStream.range(pages.first().value(), pages.endExclusive())
        .mapToObj(page -> memory.shareability(new PageIndex(page)))
        .toList();
  }

  /** Returns how many conversions have begun; negative while one is under way. */
  long turn() {
    long turn = begun.get();
    return ended.get() == turn ? turn : -1;
  }

  @Override
  public Shareability shareability(PageIndex page) {
    return memory.shareability(page);
  }

  @Override
  public KernelResult<ByteRange> fallocate(int mode, ByteRange range) {
    open("fallocate");
    return memory.fallocate(mode, range);
  }

  @Override
  public KernelResult<ByteCount> truncate(ByteCount newSize) {
    open("truncate");
    return memory.truncate(newSize);
  }

  @Override
  public KernelResult<HostMapping> map(ByteCount length) {
    open("map");
    return switch (memory.map(length)) {
      case KernelResult.Ok<HostMapping> ok ->
          KernelResult.ok(new AssertingHostMapping(this, ok.value()));
      case KernelResult.Failed<HostMapping> failed -> failed;
    };
  }

  @Override
  public boolean isPopulated(PageIndex page) {
    return memory.isPopulated(page);
  }

  @Override
  public KernelResult<PageIndex> poison(PageIndex page) {
    open("poison");
    return memory.poison(page);
  }

  @Override
  public void close() {
    closed = true;
    memory.close();
  }

  private void open(String method) {
    RuleBroken.unless(!closed, Rule.M2, method + " on a closed view");
  }
}
