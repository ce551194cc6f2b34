package io.github.gmem4j.policy.snp.kvm;

import static io.github.gmem4j.policy.snp.kvm.PscCall.GHCB;
import static io.github.gmem4j.policy.snp.kvm.PscCall.VCPU;
import static io.github.gmem4j.policy.snp.kvm.PscCall.toShared;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.policy.snp.ghcb.ExitInfo;
import io.github.gmem4j.policy.snp.ghcb.ExitInfo.Malformation;
import io.github.gmem4j.policy.snp.ghcb.Ghcb;
import io.github.gmem4j.policy.snp.ghcb.GhcbField;
import io.github.gmem4j.policy.snp.ghcb.PscBuffer;
import io.github.gmem4j.policy.snp.ghcb.VmgExit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is wrong with a GHCB, in KVM's order: of two faults the earlier one is reported. */
final class GhcbChecksTest {
  private static final Gpa OTHER = new Gpa(0x9000);
  private static final Ghcb GOOD =
      Ghcb.pageStateChange(GHCB, PscBuffer.request(List.of(toShared(1))));

  private static ExitInfo answer(SevGuest guest, Ghcb ghcb, Gpa registered) {
    return new PscCall(guest, VCPU, new VmgExit.Event(ghcb, registered)).info();
  }

  private static ExitInfo answer(Ghcb ghcb) {
    return answer(SevGuest.SNP, ghcb, GHCB);
  }

  private static ExitInfo malformed(Malformation what) {
    return ExitInfo.malformed(what);
  }

  @Test
  void anUnregisteredGhcbComesFirst() {
    assertEquals(
        malformed(Malformation.NOT_REGISTERED),
        answer(SevGuest.SNP, GhcbTampering.withUsage(GOOD, 1), OTHER));
  }

  @Test
  void usageComesBeforeTheKindOfGuest() {
    assertEquals(
        malformed(Malformation.INVALID_USAGE),
        answer(SevGuest.ES, GhcbTampering.withUsage(GOOD, 1), OTHER));
  }

  @Test
  void aGuestThatIsNotSnpHasNoPageStates() {
    assertEquals(
        malformed(Malformation.INVALID_EVENT),
        answer(SevGuest.ES, GhcbTampering.without(GOOD, GhcbField.SCRATCH), GHCB));
  }

  @Test
  void otherEventsDoNotExistHere() {
    assertEquals(
        malformed(Malformation.INVALID_EVENT), answer(GhcbTampering.withExitCode(GOOD, 0x72)));
  }

  @ParameterizedTest
  @EnumSource
  void everyFieldMustBeMarkedValid(GhcbField field) {
    Ghcb incomplete = GhcbTampering.withScratch(GhcbTampering.without(GOOD, field), 0);

    assertEquals(malformed(Malformation.MISSING_INPUT), answer(incomplete));
  }

  @Test
  void theBufferMustLieInTheSameGhcb() {
    for (long scratch : new long[] {0, 0x77FF, 0x8800, 0x6800, 0x7FE9, -1}) {
      assertEquals(
          malformed(Malformation.INVALID_SCRATCH_AREA),
          answer(GhcbTampering.withScratch(GOOD, scratch)));
    }
  }
}
