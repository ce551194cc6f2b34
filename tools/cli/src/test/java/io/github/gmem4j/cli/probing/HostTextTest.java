package io.github.gmem4j.cli.probing;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The two tables of {@code gmem probe}. */
class HostTextTest {
  static Stream<Host> hosts() {
    return Stream.of(Hosts.ordinary(), Hosts.attributes(), Hosts.inPlace(), Hosts.foreign());
  }

  private static List<String> lines(Host host) {
    return HostText.of(host).lines().toList();
  }

  @ParameterizedTest
  @MethodSource("hosts")
  void no_line_is_wider_than_110_columns_or_ends_with_spaces(Host host) {
    for (String line : lines(host)) {
      assertTrue(line.length() <= 110 && line.equals(line.stripTrailing()), line);
    }
  }

  @ParameterizedTest
  @MethodSource("hosts")
  void every_use_has_its_verdict(Host host) {
    for (Use use : Uses.on(host)) {
      String start = "%-32s  %-4s  ".formatted(use.what(), use.usable() ? "yes" : "no");
      assertEquals(1, lines(host).stream().filter(line -> line.startsWith(start)).count(), start);
    }
  }

  @Test
  void an_answer_that_all_types_share_is_told_once_and_others_by_type() {
    List<String> lines = lines(Hosts.attributes());

    assertAll(
        () ->
            assertEquals(
                List.of("memory slots                 KVM_CAP_NR_MEMSLOTS         32764"),
                lines.stream().filter(line -> line.contains("NR_MEMSLOTS")).toList()),
        () -> {
          int at = lines.indexOf(rowOf(lines, "conversion through the VM"));
          assertTrue(lines.get(at).endsWith("ATTRIBUTES   DEFAULT: no, EINVAL"), lines.get(at));
          assertEquals(" ".repeat(57) + "SW_PROTECTED: yes", lines.get(at + 1));
        });
  }

  private static String rowOf(List<String> lines, String title) {
    return lines.stream().filter(line -> line.startsWith(title)).findFirst().orElseThrow();
  }

  @Test
  void flags_hypercalls_and_types_have_names() {
    List<String> lines = lines(Hosts.attributes());

    assertAll(
        () -> assertTrue(rowOf(lines, "guest_memfd flags").endsWith(" MMAP, INIT_SHARED")),
        () -> assertTrue(rowOf(lines, "exit hypercalls").endsWith(" MAP_GPA_RANGE")),
        () ->
            assertTrue(
                rowOf(lines, "VM types").endsWith(" DEFAULT, SW_PROTECTED, SNP (not launched)")));
  }

  @Test
  void a_bit_that_nobody_named_is_told_by_its_number() {
    assertEquals(List.of("MMAP", "bit 5"), Bits.GUEST_MEMFD_FLAGS.in(0x21));
    assertEquals(List.of("bit 63"), Bits.MEMORY_ATTRIBUTES.in(Long.MIN_VALUE));
    assertEquals(List.of(), Bits.EXIT_HYPERCALLS.in(0));
  }
}
