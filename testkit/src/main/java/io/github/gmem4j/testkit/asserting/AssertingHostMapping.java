package io.github.gmem4j.testkit.asserting;

import io.github.gmem4j.api.memory.Accessor;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.testkit.rule.Rule;
import io.github.gmem4j.testkit.rule.RuleBroken;
import java.util.function.Supplier;

/** A mapping that does not reach private pages. */
final class AssertingHostMapping implements HostMapping {
  private final AssertingGuestMemory memory;
  private final HostMapping mapping;

  AssertingHostMapping(AssertingGuestMemory memory, HostMapping mapping) {
    this.memory = memory;
    this.mapping = mapping;
  }

  @Override
  public ByteCount length() {
    return mapping.length();
  }

  @Override
  public HostAccess load(ByteOffset at, byte[] into) {
    return reaching(at, into.length, () -> mapping.load(at, into));
  }

  @Override
  public HostAccess store(ByteOffset at, byte[] from) {
    return reaching(at, from.length, () -> mapping.store(at, from));
  }

  private HostAccess reaching(ByteOffset at, int length, Supplier<HostAccess> access) {
    long turn = memory.turn();
    boolean wasPrivate = touchesPrivate(at, length);
    HostAccess answer = access.get();
    RuleBroken.unless(
        !(answer instanceof HostAccess.Done) || !wasPrivate || turn < 0 || memory.turn() != turn,
        Rule.M6,
        "reached " + length + " bytes at " + at);
    return answer;
  }

  private boolean touchesPrivate(ByteOffset at, int length) {
    long end = new ByteOffset(at.value() + Math.max(length, 1) - 1).page().value();
    for (long page = at.page().value(); page <= end; page++) {
      if (isPrivate(new PageIndex(page))) {
        return true;
      }
    }
    return false;
  }

  private boolean isPrivate(PageIndex page) {
    return page.value() < memory.size().wholePages().value()
        && memory.shareability(page) == Shareability.PRIVATE;
  }

  @Override
  public KernelResult<Pin> pin(
      PageIndex page, ReferenceKind kind, Accessor accessor, String holder) {
    long turn = memory.turn();
    boolean wasPrivate = isPrivate(page);
    KernelResult<Pin> pin = mapping.pin(page, kind, accessor, holder);
    RuleBroken.unless(
        !pin.succeeded() || !wasPrivate || turn < 0 || memory.turn() != turn,
        Rule.M6,
        holder + " pinned " + page);
    return pin;
  }

  @Override
  public void drop(PageRange pages) {
    mapping.drop(pages);
  }

  @Override
  public boolean isMapped(PageIndex page) {
    return mapping.isMapped(page);
  }

  @Override
  public long faults() {
    return mapping.faults();
  }

  @Override
  public HostMapping duplicate() {
    return new AssertingHostMapping(memory, mapping.duplicate());
  }

  @Override
  public void close() {
    mapping.close();
  }
}
