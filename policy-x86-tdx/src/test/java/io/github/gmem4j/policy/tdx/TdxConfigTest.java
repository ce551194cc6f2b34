package io.github.gmem4j.policy.tdx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.policy.tdx.tdcall.GuestAddressWidth;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TdxConfigTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 47, 49, 51, 57, 64})
  void addressesAre48Or52BitsWide(int bits) {
    TdxConfig.Builder builder = TdxConfig.DEFAULT.toBuilder();

    assertThrows(IllegalArgumentException.class, () -> builder.guestAddressBits(bits));
  }

  @Test
  void theWidthFixesTheSharedBit() {
    assertEquals(1L << 47, GuestAddressWidth.ofBits(48).sharedBit());
    assertEquals(1L << 51, GuestAddressWidth.ofBits(52).sharedBit());
    assertEquals(
        0x1000 | 1L << 51, GuestAddressWidth.BITS_52.tag(new Gpa(0x1000), Shareability.SHARED));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 31, 53, 64})
  void physicalAddressesHaveBounds(int bits) {
    TdxConfig.Builder builder = TdxConfig.DEFAULT.toBuilder().maxPhysicalAddressBits(bits);

    assertThrows(IllegalArgumentException.class, builder::build);
  }

  @Test
  void aBuilderChangesNothingByItself() {
    assertEquals(TdxConfig.DEFAULT, TdxConfig.DEFAULT.toBuilder().build());
  }
}
