package io.github.gmem4j.backend.kvm.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.backend.kvm.syscall.Returned;
import org.junit.jupiter.api.Test;

class ConversionTrialTest {
  private static final Returned YES = Returned.of(0);
  private static final Returned ENOTTY = Returned.failure(25);

  @Test
  void inPlaceIsBetterThanThroughTheVm() {
    assertEquals(new ConversionInterface.InPlace(), new ConversionTrial(YES, YES).chosen());
    assertEquals(new ConversionInterface.InPlace(), new ConversionTrial(YES, ENOTTY).chosen());
    assertEquals(new ConversionInterface.VmAttributes(), new ConversionTrial(ENOTTY, YES).chosen());
  }

  @Test
  void whatIsMissingIsToldForBothWays() {
    ConversionInterface.Missing missing =
        assertInstanceOf(
            ConversionInterface.Missing.class,
            new ConversionTrial(ENOTTY, Returned.failure(22)).chosen());
    assertTrue(missing.missing().get(0).endsWith("errno 25"), missing.toString());
    assertTrue(missing.missing().get(1).endsWith("errno 22"), missing.toString());
  }
}
