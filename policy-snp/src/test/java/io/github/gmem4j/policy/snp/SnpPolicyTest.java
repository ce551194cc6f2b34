package io.github.gmem4j.policy.snp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.inject.Guice;
import com.google.inject.Key;
import com.google.inject.TypeLiteral;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.ImplicitRule;
import io.github.gmem4j.api.policy.PolicyTraits;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.policy.snp.rmp.RmpCoverage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SnpPolicyTest {
  @Test
  void theVmmConvertsForAnSnpGuest() {
    PolicyTraits traits = new SnpPolicy().traits();

    assertEquals("snp", traits.name());
    assertEquals(new VmType("SNP", true, VmType.AccessRule.AS_ISSUED, 1), traits.vmType());
    assertEquals(PolicyTraits.Converter.VMM, traits.converter());
  }

  @Test
  void theServiceLoaderFindsIt() {
    SnpPolicyTest.class.getModule().addUses(ConversionPolicy.class);

    assertTrue(
        ServiceLoader.load(ConversionPolicy.class).stream()
            .anyMatch(provider -> provider.type() == SnpPolicy.class));
  }

  @Test
  void guiceContributesItUnderItsName() {
    SnpConfig config = SnpConfig.DEFAULT.toBuilder().guest(GuestFlavour.OVMF).build();

    Map<String, ConversionPolicy> policies =
        Guice.createInjector(new SnpModule(config)).getInstance(Key.get(new TypeLiteral<>() {}));

    assertEquals(config, assertInstanceOf(SnpPolicy.class, policies.get("snp")).config());
  }

  @Test
  void seatsAreTheSameAtEveryCall() {
    SnpPolicy policy = new SnpPolicy();

    assertSame(policy.kvm(), policy.kvm());
    assertSame(policy.vmm(), policy.vmm());
    assertSame(policy.guest(), policy.guest());
    assertEquals(policy.traits(), policy.traits());
    assertEquals(SnpConfig.DEFAULT, policy.config());
  }

  @ParameterizedTest
  @EnumSource
  void everyGuestBeginsTheSameWayTwice(GuestFlavour flavour) {
    SnpConfig config = SnpConfig.DEFAULT.toBuilder().guest(flavour).build();
    GpaRange range = GpaRange.of(0x1000, 0x40_0000);

    assertEquals(
        new SnpPolicy(config).guest().begin(range, Shareability.PRIVATE),
        new SnpPolicy(config).guest().begin(range, Shareability.PRIVATE));
  }

  @ParameterizedTest
  @CsvSource({
    "linux, LINUX",
    "linux-without-ghcb, LINUX_WITHOUT_GHCB",
    "ovmf, OVMF",
    "coconut-svsm, COCONUT_SVSM"
  })
  void aGuestIsChosenByName(String name, GuestFlavour flavour) {
    SnpConfig config = SnpConfig.DEFAULT.toBuilder().ghcb(new Gpa(0x1000)).build();
    ConversionPolicy chosen = new SnpPolicy(config).withGuest(name).orElseThrow();

    assertEquals(
        config.toBuilder().guest(flavour).build(),
        assertInstanceOf(SnpPolicy.class, chosen).config());
  }

  @Test
  void everyGuestHasAName() {
    assertEquals(
        List.of("linux", "linux-without-ghcb", "ovmf", "coconut-svsm"), new SnpPolicy().guests());
    assertEquals(Optional.empty(), new SnpPolicy().withGuest("Linux"));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 0x1014, -1})
  void aGhcbIsAPageAndNotTheFirst(long gpa) {
    SnpConfig.Builder builder = SnpConfig.DEFAULT.toBuilder().ghcb(new Gpa(gpa));

    assertThrows(IllegalArgumentException.class, builder::build);
  }

  @Test
  void aBuilderChangesWhatItIsToldTo() {
    SnpConfig config =
        SnpConfig.DEFAULT.toBuilder()
            .ghcb(new Gpa(0x1000))
            .coverage(new RmpCoverage(0, 1))
            .guest(GuestFlavour.COCONUT_SVSM)
            .retryRule(RetryRule.GIVE_UP)
            .implicitRule(ImplicitRule.DENY)
            .build();

    assertEquals(
        new SnpConfig(
            Optional.of(new Gpa(0x1000)),
            new RmpCoverage(0, 1),
            GuestFlavour.COCONUT_SVSM,
            RetryRule.GIVE_UP,
            ImplicitRule.DENY),
        config);
    assertEquals(SnpConfig.DEFAULT, SnpConfig.DEFAULT.toBuilder().build());
  }
}
