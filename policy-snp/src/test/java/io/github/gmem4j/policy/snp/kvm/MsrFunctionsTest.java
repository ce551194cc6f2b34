package io.github.gmem4j.policy.snp.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.SystemEventKind;
import io.github.gmem4j.policy.snp.ghcb.GhcbMsr;
import io.github.gmem4j.policy.snp.ghcb.VmgExit;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The MSR protocol's functions that are not about a page's state. */
final class MsrFunctionsTest {
  private static PscCall call(SevGuest guest, long request) {
    return new PscCall(guest, PscCall.VCPU, new VmgExit.Msr(new GhcbMsr(request)));
  }

  @ParameterizedTest(
      name = "sev_handle_vmgexit_msr_protocol, arch/x86/kvm/svm/sev.c: {0} answers {1}")
  @CsvSource({
    "0x002, 0x0002000133000001",
    "0x8000001f40000004, 0x40000005",
    "0x006, 0x007",
    "0x010, 0xFFFFFFFFFFFFF011",
    "0x12345012, 0x12345013",
    "0x080, 0x3081"
  })
  void kvmKnowsTheFunction(String request, String response) {
    assertEquals(
        new GhcbMsr(Long.parseUnsignedLong(response.substring(2), 16)),
        call(SevGuest.SNP, Long.parseUnsignedLong(request.substring(2), 16)).response());
  }

  @ParameterizedTest
  @ValueSource(longs = {0x001, 0x003, 0x013, 0x016, 0x7FF, 0x12345FFFL})
  @DisplayName("sev_handle_vmgexit_msr_protocol, arch/x86/kvm/svm/sev.c: the default")
  void theRegisterOfAnyOtherIsLeftAlone(long request) {
    assertEquals(new GhcbMsr(request), call(SevGuest.SNP, request).response());
  }

  @ParameterizedTest
  @ValueSource(longs = {0x010, 0x12345012L})
  void whatBelongsToSnpEndsAnyOtherGuest(long request) {
    PscCall call = call(SevGuest.ES, request);

    assertEquals(
        new Exit.SystemEvent(SystemEventKind.TERMINATED, List.of(request)),
        assertInstanceOf(Step.Leave.class, call.step()).exit());
    assertEquals(new GhcbMsr(request), call.runAgain().response());
  }

  @Test
  void whatDoesNotIsAnswered() {
    assertEquals(new GhcbMsr(0x3081), call(SevGuest.ES, 0x080).response());
  }
}
