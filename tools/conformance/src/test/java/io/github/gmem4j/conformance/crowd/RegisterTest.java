package io.github.gmem4j.conformance.crowd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.junit.jupiter.api.Test;

class RegisterTest {
  private final Register<String> register = new Register<>("first");

  private static Interval from(long begin, long end) {
    return new Interval(begin, end);
  }

  @Test
  void aLookAfterTheLastSetSeesThat() {
    register.set("second", from(10, 20));
    assertEquals(Set.of("first"), register.at(from(1, 9)));
    assertEquals(Set.of("second"), register.at(from(21, 22)));
  }

  @Test
  void aLookThatOverlapsASetMaySeeBoth() {
    register.set("second", from(10, 20));
    assertEquals(Set.of("first", "second"), register.at(from(15, 30)));
    assertEquals(Set.of("first", "second"), register.at(from(5, 10)));
  }

  @Test
  void setsThatOverlapMayBeTheLastBoth() {
    register.set("second", from(10, 20));
    register.set("third", from(15, 30));
    assertEquals(Set.of("second", "third"), register.at(from(40, 41)));
  }

  @Test
  void aSetThatMayHaveBeenWithoutEffectHidesNothing() {
    register.mayBeSet("second", from(10, 20));
    assertEquals(Set.of("first", "second"), register.at(from(21, 22)));
    register.set("third", from(30, 31));
    assertEquals(Set.of("third"), register.at(from(40, 41)));
  }
}
