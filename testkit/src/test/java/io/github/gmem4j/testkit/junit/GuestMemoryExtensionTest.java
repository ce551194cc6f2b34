package io.github.gmem4j.testkit.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.testkit.rule.RuleBroken;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** The extension, seen from outside. */
class GuestMemoryExtensionTest {
  private static final Map<String, Optional<Throwable>> RESULTS = new HashMap<>();

  @BeforeAll
  static void runTheExample() {
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClass(ExampleOfUse.class))
                .build(),
            new TestExecutionListener() {
              @Override
              public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (test.isTest()) {
                  RESULTS.put(test.getDisplayName().split("\\(", 2)[0], result.getThrowable());
                }
              }
            });
    assertEquals(4, RESULTS.size());
  }

  @Test
  void everyPartIsInjected() {
    assertEquals(Optional.empty(), RESULTS.get("takesEveryPart"));
  }

  @Test
  void timeIsTheTests() {
    assertEquals(Optional.empty(), RESULTS.get("waitsForAPinOnTheManualClock"));
  }

  @Test
  void aFailureComesWithTheTimeline() {
    Throwable failure = failureOf("failsAfterTheGuestDidSomething");
    assertEquals("on purpose", failure.getMessage());
    assertTrue(timelineOf(failure).contains("ActionBegun"), timelineOf(failure));
  }

  @Test
  void aBrokenInvariantFailsTheTestAndComesWithTheTimeline() {
    Throwable failure = failureOf("breaksAnInvariant");
    assertTrue(failure instanceof RuleBroken, failure.toString());
    String message = String.valueOf(failure.getMessage());
    assertTrue(message.startsWith("F2 "), message);
    assertTrue(timelineOf(failure).contains("PageMapped"), timelineOf(failure));
  }

  private static Throwable failureOf(String test) {
    return RESULTS.getOrDefault(test, Optional.empty()).orElseThrow();
  }

  private static String timelineOf(Throwable failure) {
    return Arrays.stream(failure.getSuppressed())
        .filter(TimelineOfFailure.class::isInstance)
        .map(Throwable::getMessage)
        .findFirst()
        .orElse("no timeline");
  }
}
