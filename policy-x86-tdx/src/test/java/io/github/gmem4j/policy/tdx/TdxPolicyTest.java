package io.github.gmem4j.policy.tdx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.inject.Guice;
import com.google.inject.Key;
import com.google.inject.TypeLiteral;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.PolicyTraits;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.policy.tdx.tdcall.VmCall;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TdxPolicyTest {
  private static final VcpuView VCPU = new VcpuView(0, false, true, false);

  @Test
  void theVmmConvertsForATrustDomain() {
    PolicyTraits traits = new TdxPolicy().traits();

    assertEquals("tdx", traits.name());
    assertEquals("TDX", traits.vmType().name());
    assertEquals(VmType.AccessRule.AS_ISSUED, traits.vmType().accessRule());
    assertEquals(PolicyTraits.Converter.VMM, traits.converter());
  }

  @Test
  void theServiceLoaderFindsIt() {
    TdxPolicyTest.class.getModule().addUses(ConversionPolicy.class);

    assertTrue(
        ServiceLoader.load(ConversionPolicy.class).stream()
            .anyMatch(provider -> provider.type() == TdxPolicy.class));
  }

  @Test
  void guiceContributesItUnderItsName() {
    TdxConfig config = TdxConfig.DEFAULT.toBuilder().guest(GuestFlavour.EDK2).build();

    Map<String, ConversionPolicy> policies =
        Guice.createInjector(new TdxModule(config)).getInstance(Key.get(new TypeLiteral<>() {}));

    assertEquals(config, assertInstanceOf(TdxPolicy.class, policies.get("tdx")).config());
  }

  @ParameterizedTest
  @EnumSource
  void aGuestIsChosenByName(GuestFlavour flavour) {
    TdxConfig config =
        TdxConfig.DEFAULT.toBuilder().conversion(ConversionRule.IN_RUN_OR_FAULT).build();

    ConversionPolicy chosen = new TdxPolicy(config).withGuest(flavour.title()).orElseThrow();

    assertEquals(
        config.toBuilder().guest(flavour).build(),
        assertInstanceOf(TdxPolicy.class, chosen).config());
  }

  @Test
  void everyGuestHasAName() {
    List<String> names = List.of("linux", "edk2", "old-tdvf", "openhcl");

    assertEquals(names, new TdxPolicy().guests());
    assertEquals(names, new TdxVariants.InRun().guests());
    assertEquals(Optional.empty(), new TdxPolicy().withGuest("Linux"));
  }

  @Test
  void seatsAreTheSameAtEveryCall() {
    TdxPolicy policy = new TdxPolicy();

    assertSame(policy.kvm(), policy.kvm());
    assertSame(policy.vmm(), policy.vmm());
    assertSame(policy.guest(), policy.guest());
    assertEquals(policy.traits(), policy.traits());
  }

  @Test
  void equalArgumentsGiveEqualStepsInAnyOrder() {
    TdxPolicy policy = new TdxPolicy();
    VmCall call = new VmCall.MapGpa(0x20_0000, 8 << 20);

    Step.Leave first = (Step.Leave) policy.kvm().onCall(VCPU, call);
    Step onward = policy.kvm().onReentry(VCPU, first.pending(), Reply.Answer.DONE);

    assertEquals(first, policy.kvm().onCall(VCPU, call));
    assertEquals(onward, policy.kvm().onReentry(VCPU, first.pending(), Reply.Answer.DONE));
    assertEquals(onward, new TdxPolicy().kvm().onReentry(VCPU, first.pending(), Reply.Answer.DONE));
  }

  @ParameterizedTest
  @EnumSource
  void everyGuestBeginsTheSameWayTwice(GuestFlavour flavour) {
    TdxConfig config = TdxConfig.DEFAULT.toBuilder().guest(flavour).build();
    GpaRange range = GpaRange.of(0x1000, 0x40_0000);

    assertEquals(
        new TdxPolicy(config).guest().begin(range, Shareability.PRIVATE),
        new TdxPolicy(config).guest().begin(range, Shareability.PRIVATE));
  }
}
