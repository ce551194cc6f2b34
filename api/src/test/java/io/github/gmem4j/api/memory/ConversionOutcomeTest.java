package io.github.gmem4j.api.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Outcomes of conversions, kernel-shaped results, errnos: what a caller reads off them. */
class ConversionOutcomeTest {
  private static final ByteOffset OFFSET = new ByteOffset(0x3000);

  @ParameterizedTest
  @EnumSource(Shareability.class)
  void successHasNoErrnoAndWritesNoErrorOffset(Shareability target) {
    for (ConversionOutcome done :
        new ConversionOutcome[] {
          new ConversionOutcome.Converted(target), new ConversionOutcome.AlreadyThere(target)
        }) {
      assertTrue(done.succeeded());
      assertEquals(Optional.empty(), done.errno());
      assertEquals(Optional.empty(), done.writtenErrorOffset());
    }
  }

  @Test
  void phasesTellHowFarItCame() {
    assertEquals(
        ConversionPhase.STORE, new ConversionOutcome.Converted(Shareability.SHARED).phase());
    assertEquals(
        ConversionPhase.VALIDATE, new ConversionOutcome.AlreadyThere(Shareability.SHARED).phase());
    assertEquals(
        ConversionPhase.CHECK_REFERENCES, new ConversionOutcome.Blocked(OFFSET, List.of()).phase());
    assertEquals(ConversionPhase.RESERVE, new ConversionOutcome.OutOfMemory(OFFSET).phase());
    assertEquals(
        ConversionPhase.VALIDATE, new ConversionOutcome.Rejected(Errno.EINVAL, "x").phase());
  }

  @Test
  void onlyBlockedAndOutOfMemoryWriteAnErrorOffset() {
    ConversionOutcome blocked = new ConversionOutcome.Blocked(OFFSET, List.of());
    ConversionOutcome exhausted = new ConversionOutcome.OutOfMemory(OFFSET);
    ConversionOutcome rejected = new ConversionOutcome.Rejected(Errno.EBADF, "closed");

    assertEquals(Optional.of(Errno.EAGAIN), blocked.errno());
    assertEquals(Optional.of(OFFSET), blocked.writtenErrorOffset());
    assertEquals(Optional.of(Errno.ENOMEM), exhausted.errno());
    assertEquals(Optional.of(OFFSET), exhausted.writtenErrorOffset());
    assertEquals(Optional.of(Errno.EBADF), rejected.errno());
    assertEquals(Optional.empty(), rejected.writtenErrorOffset());
    assertFalse(rejected.succeeded());
  }

  @Test
  void retryIsWorthwhileUnlessALongTermPinIsKnown() {
    assertTrue(new ConversionOutcome.Blocked(OFFSET, List.of()).retryWorthwhile());
    assertTrue(blockedBy(ReferenceKind.SHORT_TERM, ReferenceKind.TRANSIENT).retryWorthwhile());
    assertFalse(blockedBy(ReferenceKind.SHORT_TERM, ReferenceKind.LONG_TERM).retryWorthwhile());
  }

  @Test
  void blockersAreCopied() {
    List<Blocker> blockers = new ArrayList<>();
    ConversionOutcome.Blocked blocked = new ConversionOutcome.Blocked(OFFSET, blockers);
    blockers.add(blocker(ReferenceKind.LONG_TERM));

    assertEquals(List.of(), blocked.blockers());
  }

  @Test
  void requestsCarryTheKernelsAttributeValues() {
    ByteRange range = ByteRange.of(0, 4096);

    assertEquals(new ConversionRequest(range, 8, 0, 0), ConversionRequest.toPrivate(range));
    assertEquals(new ConversionRequest(range, 0, 0, 0), ConversionRequest.toShared(range));
    assertEquals(Shareability.ATTRIBUTE_PRIVATE, Shareability.PRIVATE.attributes());
    assertEquals(Shareability.SHARED, Shareability.PRIVATE.opposite());
    assertEquals(Shareability.PRIVATE, Shareability.SHARED.opposite());
  }

  @ParameterizedTest
  @EnumSource(Errno.class)
  void errnoIsFoundByItsNumber(Errno errno) {
    assertEquals(Optional.of(errno), Errno.ofNumber(errno.number()));
    assertTrue(errno.number() > 0);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -11, -22, 18, 4096, Long.MAX_VALUE, (1L << 32) + 11})
  void otherNumbersAreNoErrno(long number) {
    assertEquals(Optional.empty(), Errno.ofNumber(number));
  }

  @Test
  void numbersAreLinuxs() {
    assertEquals(
        List.of(11, 12, 14, 17, 22, 25, 95, 133),
        List.of(
                Errno.EAGAIN,
                Errno.ENOMEM,
                Errno.EFAULT,
                Errno.EEXIST,
                Errno.EINVAL,
                Errno.ENOTTY,
                Errno.EOPNOTSUPP,
                Errno.EHWPOISON)
            .stream()
            .map(Errno::number)
            .toList());
  }

  @Test
  void resultIsAValueOrAnErrnoWithItsReason() {
    KernelResult<String> ok = KernelResult.ok("slot");
    KernelResult<String> failed = KernelResult.failed(Errno.EEXIST, "slot 2 overlaps slot 1");

    assertTrue(ok.succeeded());
    assertEquals("slot", ok.orThrow());
    assertFalse(failed.succeeded());
    KernelException thrown = assertThrows(KernelException.class, failed::orThrow);
    assertEquals(Errno.EEXIST, thrown.errno());
    assertEquals("EEXIST: slot 2 overlaps slot 1", thrown.getMessage());
  }

  private static ConversionOutcome.Blocked blockedBy(ReferenceKind... kinds) {
    return new ConversionOutcome.Blocked(
        OFFSET, List.of(kinds).stream().map(ConversionOutcomeTest::blocker).toList());
  }

  private static Blocker blocker(ReferenceKind kind) {
    return new Blocker(new PageIndex(3), "holder", kind, Instant.EPOCH);
  }
}
