package io.github.gmem4j.policy.pkvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.inject.CreationException;
import com.google.inject.Guice;
import com.google.inject.Key;
import com.google.inject.TypeLiteral;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.ImplicitRule;
import io.github.gmem4j.api.policy.PolicyTraits;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.api.policy.Unconverted;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.policy.pkvm.guest.AndroidGuest;
import io.github.gmem4j.policy.pkvm.guest.LinuxGuest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class PkvmPolicyTest {
  private static final Set<String> NAMES =
      Set.of(
          "pkvm",
          "pkvm-one-try",
          "pkvm-run-on",
          "pkvm-unmap-first",
          "pkvm-success-first",
          "pkvm-pending-private",
          "pkvm-mainline",
          "pkvm-android");

  @ParameterizedTest
  @EnumSource
  void theKernelConvertsForAProtectedVm(PkvmVariant variant) {
    PolicyTraits traits = variant.policy().traits();

    assertEquals(new VmType("PKVM", true, VmType.AccessRule.FOLLOWS_STATE, 1), traits.vmType());
    assertEquals(PolicyTraits.Converter.KVM, traits.converter());
    assertEquals(1L << Exit.Unshare.NUMBER, traits.exitHypercalls());
  }

  @Test
  void eachVariantHasANameAndASummaryOfItsOwn() {
    assertEquals(
        NAMES,
        Stream.of(PkvmVariant.values())
            .map(variant -> variant.policy().traits().name())
            .collect(Collectors.toSet()));
    assertEquals(
        NAMES.size(),
        Stream.of(PkvmVariant.values())
            .map(variant -> variant.policy().traits().summary())
            .distinct()
            .count());
  }

  @Test
  void theServiceLoaderFindsEachVariantOnce() {
    PkvmPolicyTest.class.getModule().addUses(ConversionPolicy.class);

    List<String> found =
        ServiceLoader.load(ConversionPolicy.class).stream()
            .map(provider -> provider.get().traits().name())
            .filter(name -> name.startsWith("pkvm"))
            .sorted()
            .toList();

    assertEquals(NAMES.stream().sorted().toList(), found);
  }

  @Test
  void whatTheServiceLoaderFindsIsTheVariantItself() {
    ConversionPolicy loaded = new PkvmVariants.RunOn();
    ConversionPolicy policy = PkvmVariant.RUN_ON.policy();

    assertEquals(policy.traits(), loaded.traits());
    assertSame(policy.kvm(), loaded.kvm());
    assertSame(policy.vmm(), loaded.vmm());
    assertSame(policy.guest(), loaded.guest());
  }

  @Test
  void guiceContributesThemUnderTheirNames() {
    Map<String, ConversionPolicy> policies =
        Guice.createInjector(new PkvmModule()).getInstance(Key.get(new TypeLiteral<>() {}));

    assertEquals(NAMES, policies.keySet());
    policies.forEach((name, policy) -> assertEquals(name, policy.traits().name()));
  }

  @Test
  void guiceContributesOnesOwn() {
    PkvmConfig config =
        PkvmVariant.ASK_AGAIN
            .config()
            .named("pkvm-hasty", "gives up at once")
            .withPatience(RetryRule.GIVE_UP)
            .withImplicitRule(ImplicitRule.DENY);

    Map<String, ConversionPolicy> policies =
        Guice.createInjector(new PkvmModule(List.of(config)))
            .getInstance(Key.get(new TypeLiteral<>() {}));

    PkvmPolicy policy = assertInstanceOf(PkvmPolicy.class, policies.get("pkvm-hasty"));
    assertEquals(config, policy.config());
    assertSame(ImplicitRule.DENY, policy.vmm().implicitRule());
    assertEquals("gives up at once", policy.traits().summary());
  }

  @Test
  void twoPoliciesOfOneNameAreAnError() {
    PkvmConfig config = PkvmVariant.ASK_AGAIN.config();
    PkvmConfig other = config.withPatience(RetryRule.GIVE_UP);

    assertThrows(
        CreationException.class,
        () -> Guice.createInjector(new PkvmModule(List.of(config, other))));
  }

  @Test
  void aNameOutsideTheGrammarIsAnError() {
    PkvmConfig config = PkvmVariant.ASK_AGAIN.config().named("pKVM", "");

    assertThrows(IllegalArgumentException.class, () -> new PkvmPolicy(config));
  }

  @Test
  void onlyDesignsThatConvertLaterLetTheVmmWaitForIt() {
    Wish.Convert wish =
        assertInstanceOf(
            Wish.Convert.class,
            PkvmVariant.ASK_AGAIN.policy().vmm().wish(new Exit.Unshare(GpaRange.of(0, 4096))));

    Map<String, Unconverted> answers = new TreeMap<>();
    for (PkvmVariant variant : PkvmVariant.values()) {
      answers.put(variant.config().name(), variant.policy().vmm().unconverted(wish));
    }

    assertEquals(
        Set.of("pkvm-run-on", "pkvm-pending-private"),
        answers.entrySet().stream()
            .filter(answer -> answer.getValue() == Unconverted.STILL_COMING)
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet()));
  }

  @ParameterizedTest
  @EnumSource
  void aGuestIsChosenByNameAndNothingElseChanges(PkvmVariant variant) {
    PkvmPolicy policy = variant.policy();

    assertEquals(List.of("linux", "android"), policy.guests());
    assertInstanceOf(LinuxGuest.class, policy.withGuest("linux").orElseThrow().guest());
    ConversionPolicy android = policy.withGuest("android").orElseThrow();
    assertInstanceOf(AndroidGuest.class, android.guest());
    assertEquals(policy.traits(), android.traits());
    assertEquals(policy.config(), assertInstanceOf(PkvmPolicy.class, android).config());
    assertEquals(Optional.empty(), policy.withGuest("Linux"));
  }

  @Test
  void theDefaultIsTheDesignOfTheDebate() {
    assertEquals(PkvmVariant.ASK_AGAIN.config(), new PkvmPolicy().config());
  }

  @ParameterizedTest
  @EnumSource
  void seatsAreTheSameAtEveryCall(PkvmVariant variant) {
    PkvmPolicy policy = variant.policy();

    assertSame(policy.kvm(), policy.kvm());
    assertSame(policy.vmm(), policy.vmm());
    assertSame(policy.guest(), policy.guest());
    assertEquals(policy.traits(), policy.traits());
  }
}
