package io.github.gmem4j.policy.snp.kvm;

import static io.github.gmem4j.policy.snp.kvm.PscCall.GHCB;
import static io.github.gmem4j.policy.snp.kvm.PscCall.VCPU;
import static io.github.gmem4j.policy.snp.kvm.PscCall.toShared;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.SystemEventKind;
import io.github.gmem4j.policy.snp.ghcb.ExitInfo;
import io.github.gmem4j.policy.snp.ghcb.ExitInfo.Malformation;
import io.github.gmem4j.policy.snp.ghcb.Ghcb;
import io.github.gmem4j.policy.snp.ghcb.GhcbField;
import io.github.gmem4j.policy.snp.ghcb.PscBuffer;
import io.github.gmem4j.policy.snp.ghcb.VmgExit;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest(name = "the default of sev_handle_vmgexit, arch/x86/kvm/svm/sev.c: {0}")
  @ValueSource(longs = {0x72, 0x8000_0018L, -1})
  void otherEventsDoNotExistHere(long exitCode) {
    Ghcb other = GhcbTampering.withExitCode(GOOD, exitCode);

    assertEquals(malformed(Malformation.INVALID_EVENT), answer(other));
    assertEquals(malformed(Malformation.INVALID_EVENT), answer(SevGuest.ES, other, GHCB));
    assertEquals(
        malformed(Malformation.INVALID_EVENT),
        answer(GhcbTampering.without(other, GhcbField.SCRATCH)));
  }

  @ParameterizedTest(name = "sev_es_are_required_ghcb_fields_valid, arch/x86/kvm/svm/sev.c: {0}")
  @EnumSource(names = "SCRATCH", mode = EnumSource.Mode.EXCLUDE)
  void anEventThatDoesNotExistLacksItsFieldsFirst(GhcbField field) {
    Ghcb other = GhcbTampering.without(GhcbTampering.withExitCode(GOOD, -1), field);

    assertEquals(malformed(Malformation.MISSING_INPUT), answer(other));
    assertEquals(malformed(Malformation.MISSING_INPUT), answer(SevGuest.ES, other, GHCB));
  }

  @ParameterizedTest(name = "is_snp_only_vmgexit, arch/x86/kvm/svm/sev.c: {0}")
  @ValueSource(longs = {0x8000_0010L, 0x8000_0011L, 0x8000_0012L, 0x8000_0013L})
  void whatBelongsToSnpDoesNotExistForOthersBeforeAFieldIsMissed(long exitCode) {
    Ghcb incomplete =
        GhcbTampering.without(GhcbTampering.withExitCode(GOOD, exitCode), GhcbField.EXIT_INFO_1);

    assertEquals(malformed(Malformation.INVALID_EVENT), answer(SevGuest.ES, incomplete, GHCB));
    assertEquals(malformed(Malformation.MISSING_INPUT), answer(incomplete));
  }

  @Test
  @DisplayName("SVM_VMGEXIT_HV_FEATURES in sev_handle_vmgexit, arch/x86/kvm/svm/sev.c")
  void featuresAreToldToBothKindsOfGuest() {
    Ghcb question = GhcbTampering.withExitCode(GOOD, 0x8000_FFFDL);

    assertEquals(new ExitInfo(0, 3), answer(question));
    assertEquals(new ExitInfo(0, 3), answer(SevGuest.ES, question, GHCB));
  }

  @Test
  @DisplayName("SVM_VMGEXIT_TERM_REQUEST in sev_handle_vmgexit, arch/x86/kvm/svm/sev.c")
  void aTerminationByEventTellsWhereTheGhcbIs() {
    Ghcb end = GhcbTampering.withExitCode(GOOD, 0x8000_FFFEL);
    PscCall call = new PscCall(SevGuest.SNP, VCPU, new VmgExit.Event(end, GHCB));

    assertEquals(
        new Exit.SystemEvent(SystemEventKind.TERMINATED, List.of(GHCB.value())),
        assertInstanceOf(Step.Leave.class, call.step()).exit());
    assertEquals(ExitInfo.NONE, call.runAgain().info());
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
