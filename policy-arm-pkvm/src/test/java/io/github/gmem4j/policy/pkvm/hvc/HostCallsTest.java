package io.github.gmem4j.policy.pkvm.hvc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.vm.Gpa;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class HostCallsTest {
  @Test
  void theHostKernelKnowsItsUidTheVersionsAndItsOwnFeatures() {
    assertEquals(
        new HvcResult(0xb66fb428L, 0xe911c52eL, 0x564bcaa9L, 0x743a004dL),
        HostCalls.answer(new Hvc(0x8600_FF01L, 0, 0, 0)));
    assertEquals(HvcResult.ofValue(0x10001), HostCalls.answer(new Hvc(0x8000_0000L, 0, 0, 0)));
    assertEquals(HvcResult.ofValue(0x10003), HostCalls.answer(new Hvc(0x8400_0000L, 0, 0, 0)));
    assertEquals(HvcResult.ofValue(3), HostCalls.answer(Hvc.features()));
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"UID", "SMCCC_VERSION", "PSCI_VERSION", "FEATURES"})
  void everythingElseIsNotSupported(FunctionId function) {
    assertEquals(HvcResult.NOT_SUPPORTED, HostCalls.answer(new Hvc(function.register(), 0, 0, 0)));
  }

  @Test
  void aFunctionThatNobodyKnowsIsNotSupported() {
    assertEquals(HvcResult.NOT_SUPPORTED, HostCalls.answer(new Hvc(0xC600_0000L, 0, 0, 0)));
    assertEquals(HvcResult.NOT_SUPPORTED, HostCalls.answer(new Hvc(0xC600_003FL, 0, 0, 0)));
  }

  @Test
  void callsAreWrittenAsTheGuestWritesThem() {
    assertEquals(new Hvc(0xC600_0003L, 0x5000, 0, 0), Hvc.share(new Gpa(0x5000)));
    assertEquals(new Hvc(0xC600_0003L, 0x5000, 7, 0), Hvc.share(new Gpa(0x5000), 7));
    assertEquals(new Hvc(0xC600_0004L, 0x5000, 0, 0), Hvc.unshare(new Gpa(0x5000)));
    assertEquals(new Hvc(0xC600_0004L, 0x5000, 7, 0), Hvc.unshare(new Gpa(0x5000), 7));
    assertEquals(new Hvc(0xC600_0009L, 0x5000, 0, 0), Hvc.relinquish(new Gpa(0x5000)));
    assertEquals(new Hvc(0xC600_0002L, 0, 0, 0), Hvc.memInfo());
    assertEquals(new Hvc(0x8600_0000L, 0, 0, 0), Hvc.features());
  }

  @Test
  void codesAndCallsAreShownByName() {
    assertEquals("x0=INVALID_PARAMETER", HvcResult.INVALID_PARAMETER.toString());
    assertEquals("x0=SUCCESS x1=0x3 x2=0x0 x3=0x0", HvcResult.successOf(3).toString());
    assertEquals("x0=0x1d", HvcResult.ofValue(0x1d).toString());
    assertEquals("HVC MEM_SHARE x1=0x5000 x2=0x0 x3=0x0", Hvc.share(new Gpa(0x5000)).toString());
    assertEquals("HVC 0xc6000000 x1=0x0 x2=0x0 x3=0x0", new Hvc(0xC600_0000L, 0, 0, 0).toString());
  }

  @Test
  void aRegisterThatHoldsNoCodeHasNone() {
    assertEquals(Optional.of(SmcccCode.NOT_REQUIRED), SmcccCode.of(-2));
    assertEquals(Optional.empty(), SmcccCode.of(-4));
    assertEquals(Optional.empty(), HvcResult.ofValue(4096).code());
  }

  @Test
  void onlyFunctionsOfTheFirstBitmapHaveABitThere() {
    assertEquals(1, FunctionId.FEATURES.featureBit());
    assertEquals(1 << 9, FunctionId.MEM_RELINQUISH.featureBit());
    assertEquals(0, FunctionId.UID.featureBit());
    assertEquals(0, FunctionId.PSCI_VERSION.featureBit());
    assertEquals(0, FunctionId.SMCCC_VERSION.featureBit());
  }
}
