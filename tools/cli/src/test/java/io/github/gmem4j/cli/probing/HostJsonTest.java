package io.github.gmem4j.cli.probing;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** A host as JSON. */
class HostJsonTest {
  @Test
  void facts_are_told_for_each_type_and_names_are_lists() {
    String json = HostJson.of(Hosts.attributes());

    assertAll(
        () ->
            assertTrue(
                json.startsWith(
                    "{\"kernel\":\"7.3.4\",\"apiVersion\":12,"
                        + "\"vmTypes\":[\"DEFAULT\",\"SW_PROTECTED\",\"SNP\"],"
                        + "\"types\":{\"DEFAULT\":{\"memorySlots\":32764,\"guestMemfd\":true,"
                        + "\"guestMemfdFlags\":[\"MMAP\",\"INIT_SHARED\"],\"userMemory2\":true,"
                        + "\"memoryAttributes\":[],"),
                json),
        () ->
            assertTrue(
                json.contains(
                    "\"memoryAttributes\":[\"PRIVATE\"],"
                        + "\"conversionInPlace\":{\"works\":false,\"reason\":\"ENOTTY\"},"
                        + "\"conversionThroughVm\":{\"works\":true},"
                        + "\"exitHypercalls\":[\"MAP_GPA_RANGE\"],"
                        + "\"memoryFaultExits\":true,\"preFault\":true,"),
                json),
        () ->
            assertTrue(
                json.contains(
                    "\"pinsByPipe\":{\"works\":false," + "\"needs\":\"mapped guest memory\"}"),
                json));
  }

  @Test
  void uses_are_those_of_the_table() {
    String json = HostJson.of(Hosts.ordinary());

    assertEquals(1, json.lines().count());
    for (Use use : Uses.on(Hosts.ordinary())) {
      String object =
          "{\"what\":\"%s\",\"usable\":%s,\"why\":\"%s\"}"
              .formatted(use.what(), use.usable(), use.why());
      assertTrue(json.contains(object), json);
    }
  }
}
