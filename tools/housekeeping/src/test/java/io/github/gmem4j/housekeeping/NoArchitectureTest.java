package io.github.gmem4j.housekeeping;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The api and the core name no architecture: neither in code nor in words. */
class NoArchitectureTest {
  private static final Set<String> NAMES =
      Set.of(
          "tdx",
          "td",
          "tdcall",
          "seamcall",
          "sept",
          "intel",
          "vmx",
          "amd",
          "sev",
          "snp",
          "rmp",
          "ghcb",
          "vmgexit",
          "pvalidate",
          "svm",
          "arm",
          "arm64",
          "aarch64",
          "pkvm",
          "hvc",
          "smc",
          "smccc",
          "el2",
          "cca",
          "rme",
          "rmm",
          "rsi",
          "realm",
          "ripas",
          "riscv",
          "cove",
          "x86",
          "s390",
          "ept",
          "npt");

  // A source's own path is a citation; HTML tags are not words.
  private static final Pattern NOT_WORDS =
      Pattern.compile("(Documentation|arch|virt)/[\\w/.-]+|</?[a-z]+>");
  private static final Pattern BETWEEN_WORDS =
      Pattern.compile("[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])");

  @ParameterizedTest
  @ValueSource(strings = {"api", "core"})
  void aModuleNamesNone(String module) {
    List<Path> sources =
        Repository.files(".java").stream()
            .filter(file -> Repository.name(file).startsWith(module + "/src/main/"))
            .toList();
    assertTrue(sources.size() > 10, "where are the sources?");

    List<String> found = new ArrayList<>();
    for (Path source : sources) {
      for (String line : Repository.text(source).lines().toList()) {
        named(line).forEach(name -> found.add(Repository.name(source) + ": " + line.strip()));
      }
    }

    assertEquals(List.of(), found);
  }

  @ParameterizedTest
  @CsvSource({
    "private TdxConfig x, tdx",
    "// as SNP does, snp",
    "/** What EL2 keeps, el2",
    "int rmpEntry, rmp",
  })
  void theCheckFindsThem(String line, String name) {
    assertEquals(List.of(name), named(line));
  }

  @ParameterizedTest
  @ValueSource(strings = {"<td>no</td>", "see Documentation/virt/kvm/x86/hypercalls.rst", "army"})
  void theCheckLetsOthersPass(String line) {
    assertEquals(List.of(), named(line));
  }

  private static List<String> named(String line) {
    return BETWEEN_WORDS
        .splitAsStream(NOT_WORDS.matcher(line).replaceAll(" "))
        .map(word -> word.toLowerCase(Locale.ROOT))
        .filter(NAMES::contains)
        .toList();
  }
}
