package io.github.gmem4j.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code gmem policies} lists. */
class PoliciesTest {
  @Test
  void every_policy_is_listed_variants_under_their_own_names() {
    List<String> names =
        Shell.gmem("policies", "--json")
            .out()
            .lines()
            .map(line -> line.replaceFirst("^\\{\"policy\":\"([^\"]*)\".*", "$1"))
            .toList();

    assertEquals(
        List.of(
            "pkvm",
            "pkvm-android",
            "pkvm-mainline",
            "pkvm-one-try",
            "pkvm-pending-private",
            "pkvm-run-on",
            "pkvm-success-first",
            "pkvm-unmap-first",
            "snp",
            "software-protected",
            "tdx",
            "tdx-in-run",
            "tdx-in-run-success"),
        names);
  }

  @Test
  void each_says_what_it_is_who_converts_and_how_an_access_is_known() {
    Shell text = Shell.gmem("policies");
    Shell json = Shell.gmem("policies", "--json");

    assertAll(
        () ->
            assertTrue(
                text.out()
                    .lines()
                    .anyMatch(line -> line.matches("tdx +TDX +VMM +as-issued +\\S.*")),
                text.out()),
        () ->
            assertTrue(
                json.out()
                    .contains(
                        "{\"policy\":\"software-protected\",\"vmType\":\"SW_PROTECTED\","
                            + "\"converts\":\"VMM\",\"accesses\":\"follows-state\","
                            + "\"privateMemory\":true,\"summary\":\""),
                json.out()));
  }
}
