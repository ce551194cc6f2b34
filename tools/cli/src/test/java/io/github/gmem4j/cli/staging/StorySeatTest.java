package io.github.gmem4j.cli.staging;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.policy.VmmSeat;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A VMM with the rules of the scenario is the policy's in everything else. */
class StorySeatTest {
  /** A default that is not passed on would replace the policy's own answer. */
  @Test
  void every_method_is_passed_on_defaults_too() {
    List<String> own =
        Arrays.stream(StorySeat.class.getDeclaredMethods()).map(Method::getName).toList();

    assertEquals(
        List.of(),
        Arrays.stream(VmmSeat.class.getMethods())
            .map(Method::getName)
            .filter(name -> !own.contains(name))
            .toList());
  }
}
