package io.github.gmem4j.policy.snp.kvm;

import static io.github.gmem4j.policy.snp.kvm.PscCall.exit;
import static io.github.gmem4j.policy.snp.kvm.PscCall.largeToPrivate;
import static io.github.gmem4j.policy.snp.kvm.PscCall.privateExit;
import static io.github.gmem4j.policy.snp.kvm.PscCall.sharedExit;
import static io.github.gmem4j.policy.snp.kvm.PscCall.toPrivate;
import static io.github.gmem4j.policy.snp.kvm.PscCall.toShared;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.policy.snp.ghcb.PscEntry;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Edge cases 16 to 19: which entries leave together. Source: Linux 7.3 {@code snp_do_psc} of {@code
 * arch/x86/kvm/svm/sev.c}.
 */
final class PscBatchingTest {
  private static final long PRIVATE_2M = 0x11;

  @Test
  void c16_contiguousEntriesLeaveTogetherAndAHoleSplits() {
    PscEntry[] eight =
        LongStream.range(0x100, 0x108).mapToObj(PscCall::toPrivate).toArray(PscEntry[]::new);

    assertEquals(List.of(privateExit(0x100, 8)), PscCall.of(eight).finish().exits());
    assertEquals(
        List.of(privateExit(0x100, 2), privateExit(0x200, 2)),
        PscCall.of(toPrivate(0x100), toPrivate(0x101), toPrivate(0x200), toPrivate(0x201))
            .finish()
            .exits());
  }

  @Test
  void c17_anotherSizeOrOperationSplits() {
    assertEquals(
        List.of(exit(0x200, 512, PRIVATE_2M), privateExit(0x400, 1)),
        PscCall.of(largeToPrivate(0x200), toPrivate(0x400)).finish().exits());
    assertEquals(
        List.of(privateExit(0x100, 1), sharedExit(0x101, 2), privateExit(0x103, 1)),
        PscCall.of(toPrivate(0x100), toShared(0x101), toShared(0x102), toPrivate(0x103))
            .finish()
            .exits());
  }

  @Test
  void c18_theRestOfALargeEntryGoesAlone() {
    assertEquals(
        List.of(exit(0x20A, 502, PRIVATE_2M), exit(0x400, 512, PRIVATE_2M)),
        PscCall.of(largeToPrivate(0x200).withCurrentPage(10), largeToPrivate(0x400))
            .finish()
            .exits());
  }

  @Test
  void theRestOfALargeEntryIsNotJoinedByOneOutOfPlace() {
    PscCall call = PscCall.of(largeToPrivate(0x200).withCurrentPage(256), largeToPrivate(0x300));

    assertEquals(List.of(exit(0x300, 256, PRIVATE_2M)), call.finish().exits());
  }

  @Test
  void c19_aSmallEntryInsideAHalfDoneLargeOneIsSplitOff() {
    PscEntry inside = toPrivate(0x200 + 502);

    assertEquals(
        List.of(exit(0x20A, 502, PRIVATE_2M), privateExit(0x3F6, 1)),
        PscCall.of(largeToPrivate(0x200).withCurrentPage(10), inside).finish().exits());
  }

  @Test
  void contiguousLargeEntriesLeaveTogether() {
    assertEquals(
        List.of(exit(0x200, 1024, PRIVATE_2M)),
        PscCall.of(largeToPrivate(0x200), largeToPrivate(0x400)).finish().exits());
  }

  @Test
  void anEntryThatWasBegunBeforeDoesNotJoin() {
    assertEquals(
        List.of(exit(0x200, 512, PRIVATE_2M), exit(0x401, 511, PRIVATE_2M)),
        PscCall.of(largeToPrivate(0x200), largeToPrivate(0x400).withCurrentPage(1))
            .finish()
            .exits());
  }

  @Test
  void descendingAndRepeatedFramesLeaveOneByOne() {
    assertEquals(
        List.of(sharedExit(0x102, 1), sharedExit(0x101, 1), sharedExit(0x100, 1)),
        PscCall.of(toShared(0x102), toShared(0x101), toShared(0x100)).finish().exits());
    assertEquals(
        List.of(sharedExit(5, 1), sharedExit(5, 1)),
        PscCall.of(toShared(5), toShared(5)).finish().exits());
  }

  @Test
  void theLargestExitIs253LargeEntries() {
    PscEntry[] all =
        LongStream.range(0, 253).mapToObj(i -> largeToPrivate(i * 512)).toArray(PscEntry[]::new);

    assertEquals(List.of(exit(0, 129_536, PRIVATE_2M)), PscCall.of(all).finish().exits());
  }
}
