package io.github.gmem4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.inject.AbstractModule;
import com.google.inject.CreationException;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.ProvisionException;
import com.google.inject.multibindings.MapBinder;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;

class InstalledPoliciesTest {
  private static final ConversionPolicy BUILT_IN = SoftwareProtectedPolicy.create();
  private static final ConversionPolicy SOME = TestPolicy.confidential();

  /** Contributes a policy under a key. */
  private static final class Contributing extends AbstractModule {
    private final String key;
    private final ConversionPolicy policy;

    Contributing(String key, ConversionPolicy policy) {
      this.key = key;
      this.policy = policy;
    }

    @Override
    protected void configure() {
      MapBinder.newMapBinder(binder(), String.class, ConversionPolicy.class)
          .addBinding(key)
          .toInstance(policy);
    }
  }

  @Test
  void policiesAreFoundByName() {
    InstalledPolicies policies = InstalledPolicies.of(List.of(SOME, BUILT_IN));

    assertEquals(List.of("software-protected", "some-policy"), policies.names());
    assertEquals(List.of(BUILT_IN, SOME), policies.all());
    assertEquals(SOME, policies.named("some-policy"));
  }

  @Test
  void unknownNameIsAnErrorThatListsWhatThereIs() {
    InstalledPolicies policies = InstalledPolicies.of(List.of(SOME, BUILT_IN));

    String message =
        assertThrows(IllegalArgumentException.class, () -> policies.named("cove")).toString();

    assertEquals(
        "java.lang.IllegalArgumentException: no policy is named \"cove\"; installed are"
            + " software-protected, some-policy",
        message);
  }

  @Test
  void duplicateNameIsAnErrorThatNamesBothAndListsWhatThereIs() {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> InstalledPolicies.of(List.of(BUILT_IN, SOME, TestPolicy.confidential())))
            .toString();

    assertTrue(message.contains("\"some-policy\""), message);
    assertTrue(message.contains(TestPolicy.class.getName()), message);
    assertTrue(message.contains("software-protected, some-policy"), message);
  }

  @Test
  void builtInPolicyIsAlwaysInstalled() {
    InstalledPolicies found = InstalledPolicies.find(getClass().getClassLoader());

    assertTrue(found.names().contains(SoftwareProtectedPolicy.NAME));
  }

  @Test
  void injectorsHaveThemToo() {
    Injector injector =
        Guice.createInjector(new EngineModule(), new Contributing("some-policy", SOME));

    assertEquals(
        List.of("software-protected", "some-policy"),
        injector.getInstance(InstalledPolicies.class).names());
  }

  @Test
  void twoModulesWithOneNameAreAnErrorOfTheInjector() {
    String message =
        assertThrows(
                CreationException.class,
                () ->
                    Guice.createInjector(
                        new EngineModule(),
                        new Contributing("some-policy", SOME),
                        new Contributing("some-policy", BUILT_IN)))
            .toString();

    assertTrue(message.contains("some-policy"), message);
  }

  @Test
  void keyThatIsNotTheNameIsAnError() {
    Injector injector = Guice.createInjector(new EngineModule(), new Contributing("other", SOME));

    String message =
        assertThrows(ProvisionException.class, () -> injector.getInstance(InstalledPolicies.class))
            .toString();

    assertTrue(message.contains("\"some-policy\" is bound as \"other\""), message);
  }
}
