package io.github.gmem4j.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.PolicyTraits;
import io.github.gmem4j.testkit.rule.Rule;
import io.github.gmem4j.testkit.value.Traits;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Each deliberately broken policy fails at exactly the rule that it breaks. */
class BrokenPoliciesTest {
  private static final Map<Rule, Supplier<ConversionPolicy>> BROKEN =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry(Rule.P1, BrokenSeats::answersNull),
              Map.entry(Rule.P2, BrokenPoliciesTest::changesItsName),
              Map.entry(Rule.P3, BrokenSeats::counts),
              Map.entry(Rule.P4, BrokenSeats::remembersWithoutValue),
              Map.entry(Rule.P5, BrokenSeats::throwsAtImplicitRule),
              Map.entry(Rule.P6, BrokenPlatforms::oneForAllVms),
              Map.entry(Rule.P7, BrokenSeats::summaryOfTwoLines),
              Map.entry(Rule.P8, BrokenPlatforms::objectsToSharing),
              Map.entry(Rule.P9, BrokenSeats::asksForTheFirstPageOnly),
              Map.entry(Rule.P10, BrokenSeats::flipsWithoutLooking),
              Map.entry(Rule.P11, BrokenPlatforms::losesPatience),
              Map.entry(Rule.P12, BrokenPlatforms::servesOneVcpuAtATime),
              Map.entry(Rule.P13, BrokenPlatforms::wipesWhatItGivesBack),
              Map.entry(Rule.P14, BrokenPlatforms::breaksWhenAGuestHasRun),
              Map.entry(Rule.K1, BrokenSeats::resumesUnknownCalls),
              Map.entry(Rule.K2, BrokenSeats::takesDataForDone),
              Map.entry(Rule.K3, BrokenSeats::losesTheCallWhenItFails),
              Map.entry(Rule.K4, BrokenSeats::leavesThoughNotEnabled),
              Map.entry(Rule.K5, BrokenSeats::returnsFromAFault),
              Map.entry(Rule.K6, BrokenSeats::spinsAtPoison),
              Map.entry(Rule.K7, BrokenSeats::neverReturns),
              Map.entry(Rule.V1, BrokenSeats::wishesAtAFailure),
              Map.entry(Rule.V2, BrokenSeats::sharesWhatIsUnshared),
              Map.entry(Rule.V3, BrokenSeats::holdsForAnHour),
              Map.entry(Rule.V4, BrokenSeats::hasNoWordsForPoison),
              Map.entry(Rule.V5, BrokenSeats::repliesWhatNobodyTakes),
              Map.entry(Rule.V6, BrokenSeats::saysDoneWhenItGaveUp),
              Map.entry(Rule.F1, BrokenPlatforms::grantsNothing),
              Map.entry(Rule.F2, BrokenPlatforms::throwsWhenItGivesBack),
              Map.entry(Rule.F3, BrokenPlatforms::grantsTwice),
              Map.entry(Rule.F4, BrokenPlatforms::grantsOnce),
              Map.entry(Rule.F5, BrokenPlatforms::wipesWhatItReclaims),
              Map.entry(Rule.F6, BrokenPlatforms::countsAccesses),
              Map.entry(Rule.F7, BrokenPlatforms::diesOfTheUnknown),
              Map.entry(Rule.G1, BrokenSeats::beginsOnlySmallRequests),
              Map.entry(Rule.G2, BrokenSeats::asksForEver),
              Map.entry(Rule.G3, BrokenPlatforms::mapsNothingShared)));

  private static ConversionPolicy changesItsName() {
    AtomicInteger asked = new AtomicInteger();
    AlteredPolicy sound = AlteredPolicy.sound();
    return new ConversionPolicyWithTraits(
        sound, () -> Traits.named("altered-" + asked.incrementAndGet()).build());
  }

  @TestFactory
  Stream<DynamicTest> aBrokenPolicyFailsAtItsRuleOnly() {
    return BROKEN.entrySet().stream()
        .map(broken ->
            DynamicTest.dynamicTest(
                "breaks " + broken.getKey(),
                () ->
                    assertEquals(
                        Set.of(broken.getKey().name()),
                        failedTests(broken.getValue()).keySet(),
                        () -> failedTests(broken.getValue()).toString())));
  }

  @Test
  void theSoundPolicyKeepsTheContract() {
    assertEquals(Map.of(), failedTests(AlteredPolicy::sound));
  }

  @Test
  void thereIsABrokenPolicyForEachRuleThatTheContractChecks() {
    Set<Rule> judged =
        Arrays.stream(PolicyContract.class.getMethods())
            .filter(method -> method.isAnnotationPresent(Test.class))
            .map(method -> method.getName().split("_", 2)[0].toUpperCase(java.util.Locale.ROOT))
            .map(Rule::valueOf)
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(Rule.class)));
    assertEquals(judged, BROKEN.keySet());
    assertTrue(BROKEN.size() > 10);
  }

  /** Runs the contract; returns the rules of the tests that failed, with their messages. */
  private static Map<String, String> failedTests(Supplier<ConversionPolicy> policy) {
    SubjectOfTheDay.is(policy);
    Map<String, String> failed = new TreeMap<>();
    Set<String> run = new TreeSet<>();
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(DiscoverySelectors.selectClass(SubjectOfTheDay.class))
            .build();
    LauncherFactory.create()
        .execute(
            request,
            new TestExecutionListener() {
              @Override
              public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (test.isTest()) {
                  run.add(test.getDisplayName());
                  if (result.getStatus() == TestExecutionResult.Status.FAILED) {
                    failed.put(
                        test.getDisplayName().split(":", 2)[0],
                        String.valueOf(result.getThrowable().orElse(null)));
                  }
                }
              }
            });
    assertEquals(BROKEN.size(), run.size(), "not every test of the contract was run");
    return failed;
  }

  /** A policy whose traits come from elsewhere. */
  private record ConversionPolicyWithTraits(AlteredPolicy policy, Supplier<PolicyTraits> names)
      implements ConversionPolicy {
    @Override
    public PolicyTraits traits() {
      return names.get();
    }

    @Override
    public io.github.gmem4j.api.policy.KvmSeat kvm() {
      return policy.kvm();
    }

    @Override
    public io.github.gmem4j.api.policy.VmmSeat vmm() {
      return policy.vmm();
    }

    @Override
    public io.github.gmem4j.api.policy.Platform createPlatform(
        io.github.gmem4j.api.policy.PlatformHost host) {
      return policy.createPlatform(host);
    }

    @Override
    public io.github.gmem4j.api.policy.GuestKernel guest() {
      return policy.guest();
    }
  }
}
