package io.github.gmem4j.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.policy.ConversionPolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A policy that somebody else wrote needs nothing but the class path. */
class StrangersPolicyTest {
  private static final Path STORY = Shell.SCENARIOS.resolve("compare/references-gone.yaml");

  @TempDir Path directory;

  private static void assertUnusable(String sentence, Shell run) {
    assertAll(
        () -> assertEquals(2, run.code()),
        () -> assertEquals("gmem: " + sentence + "\n", run.err()),
        () -> assertEquals("", run.out()));
  }

  @Test
  void a_plain_jar_is_listed_played_and_compared() throws IOException {
    Path jar = new StrangersJar(directory).build();

    Shell list = Shell.gmem("policies", "--class-path", jar);
    Shell run = Shell.gmem("run", "--class-path", jar, "--policy", "stranger", STORY);
    Shell compare =
        Shell.gmem("compare", "--class-path", jar, "--policies", "stranger,tdx", "--json", STORY);

    assertAll(
        () -> assertTrue(list.out().contains("a stranger's policy"), list.out() + list.err()),
        () -> assertTrue(run.out().contains("policy stranger, "), run.out() + run.err()),
        () -> assertEquals(2, compare.out().lines().count(), compare.out() + compare.err()),
        () ->
            assertEquals(
                compare.out().lines().toList().getLast().replace("\"tdx\"", "\"stranger\""),
                compare.out().lines().toList().getFirst()));
  }

  @Test
  void a_module_that_lists_no_services_is_found_too() throws IOException {
    Path jar = new StrangersJar(directory).asModule().build();

    Shell list = Shell.gmem("policies", "--class-path", jar);

    assertTrue(list.out().contains("a stranger's policy"), list.out() + list.err());
  }

  @Test
  void a_module_that_lists_its_services_as_well_is_found_once() throws IOException {
    Path jar = new StrangersJar(directory).asModule().listingServices().build();

    Shell list = Shell.gmem("policies", "--json", "--class-path", jar);

    assertEquals(
        1, list.out().lines().filter(line -> line.contains("stranger's")).count(), list.err());
  }

  @Test
  void a_directory_of_jars_is_written_with_a_star() throws IOException {
    new StrangersJar(directory).build();

    Shell list = Shell.gmem("policies", "--class-path", directory + "/*");

    assertTrue(list.out().contains("a stranger's policy"), list.out() + list.err());
  }

  @Test
  void a_name_that_is_taken_is_an_error_that_lists_what_there_is() throws IOException {
    Path jar = new StrangersJar(directory).named("snp").build();

    Shell list = Shell.gmem("policies", "--class-path", jar);

    assertEquals(2, list.code());
    assertAll(
        () -> assertTrue(list.err().contains("two policies are named \"snp\""), list.err()),
        () -> assertTrue(list.err().contains("org.stranger.StrangersPolicy"), list.err()),
        () -> assertTrue(list.err().contains("software-protected, "), list.err()),
        () -> assertEquals(1, list.err().lines().count()));
  }

  @Test
  void a_policy_that_cannot_be_created_is_named_in_one_sentence() throws IOException {
    Path plain =
        new StrangersJar(Files.createDirectory(directory.resolve("plain")))
            .doing("if (true) throw new IllegalStateException(\"no licence\");")
            .build();
    Path module =
        new StrangersJar(Files.createDirectory(directory.resolve("module")))
            .doing("if (true) throw new IllegalStateException(\"no licence\");")
            .asModule()
            .build();

    for (Path jar : List.of(plain, module)) {
      Shell list = Shell.gmem("policies", "--class-path", jar);

      assertEquals(2, list.code());
      assertTrue(list.err().contains("org.stranger.StrangersPolicy"), list.err());
      assertTrue(list.err().contains("no licence"), list.err());
      assertEquals(1, list.err().lines().count(), list.err());
    }
  }

  @Test
  void a_policy_whose_name_breaks_the_grammar_is_named() throws IOException {
    Path jar = new StrangersJar(directory).named("My Policy").build();

    Shell list = Shell.gmem("policies", "--class-path", jar);

    assertEquals(2, list.code());
    assertTrue(
        list.err()
            .startsWith(
                "gmem: the policy org.stranger.StrangersPolicy breaks:"
                    + " java.lang.IllegalArgumentException: not a policy name: \"My Policy\", at "),
        list.err());
  }

  @Test
  void a_class_path_that_leads_nowhere_is_named() {
    Path nowhere = directory.resolve("nowhere.jar");

    assertUnusable(
        "the class path of policies names " + nowhere + ", which does not exist",
        Shell.gmem("compare", "--class-path", nowhere, STORY));
  }

  /** Whatever is thrown, wherever: one sentence that says who, what and where. */
  @Test
  void a_policy_that_throws_is_named_in_one_sentence() throws IOException {
    Map<String, String> throwing =
        Map.of(
            "traits", "throw new IllegalStateException(\"boom\\u001b\")",
            "kvm", "throw new AssertionError(\"boom\\u001b\")",
            "vmm", "throw new NoClassDefFoundError(\"boom\\u001b\")",
            "guest", "throw new UnsupportedOperationException(\"boom\\u001b\")",
            "createPlatform", "throw new ArithmeticException(\"boom\\u001b\")");

    for (var entry : throwing.entrySet()) {
      Path folder = Files.createDirectory(directory.resolve(entry.getKey()));
      Path jar = new StrangersJar(folder).throwing(entry.getKey(), entry.getValue()).build();

      Shell run = Shell.gmem("run", "--class-path", jar, "--policy", "stranger", STORY);

      assertAll(
          () -> assertEquals(2, run.code(), run.out()),
          () -> assertTrue(run.err().contains("org.stranger.StrangersPolicy breaks: "), run.err()),
          () ->
              assertTrue(
                  run.err().contains("boom<U+001B>, at ")
                      && run.err().contains("StrangersPolicy." + entry.getKey() + "("),
                  run.err()),
          () -> assertEquals(1, run.err().lines().count(), run.err()));
    }
  }

  /** The others are compared all the same. */
  @Test
  void a_policy_that_throws_has_a_row_that_says_so() throws IOException {
    Path jar = new StrangersJar(directory).throwing("kvm", "throw new AssertionError()").build();

    Shell compare =
        Shell.gmem("compare", "--class-path", jar, "--policies", "stranger,tdx", "--json", STORY);

    assertTrue(compare.out().contains("the policy breaks: java.lang.AssertionError, at "));
    assertTrue(compare.out().contains("\"tdx\""), compare.out());
  }

  @Test
  void what_is_no_jar_is_named() throws IOException {
    Path folder = Files.createDirectory(directory.resolve("jars"));
    Path text = Files.writeString(folder.resolve("text.jar"), "not a jar");
    byte[] whole = Files.readAllBytes(new StrangersJar(directory).build());
    Path cut = Files.write(directory.resolve("cut.jar"), Arrays.copyOf(whole, whole.length / 2));

    for (Object[] pair :
        new Object[][] {
          {text, text}, {folder + "/*", text}, {cut, cut}, {text + ":" + cut, text}
        }) {
      Shell list = Shell.gmem("policies", "--class-path", pair[0]);

      assertAll(
          () -> assertEquals(2, list.code()),
          () ->
              assertTrue(
                  list.err()
                      .startsWith(
                          "gmem: the class path of policies names "
                              + pair[1]
                              + ", which cannot be read as a jar: "),
                  list.err()),
          () -> assertEquals(1, list.err().lines().count(), list.err()));
    }
  }

  /** Such a jar was compiled by somebody's broken tool, or is for a later Java. */
  @Test
  void a_class_or_a_descriptor_that_is_none_is_named() throws IOException {
    Path classes = Files.createDirectories(directory.resolve("classes"));
    Files.createDirectories(classes.resolve("META-INF/services"));
    Files.writeString(
        classes.resolve("META-INF/services/" + ConversionPolicy.class.getName()), "Broken\n");
    Files.writeString(classes.resolve("Broken.class"), "none");
    Path modular = Files.createDirectories(directory.resolve("modular"));
    Files.writeString(modular.resolve("module-info.class"), "none");

    for (Path entry : List.of(classes, modular)) {
      Shell list = Shell.gmem("policies", "--class-path", entry);

      assertAll(
          () -> assertEquals(2, list.code(), list.out()),
          () -> assertEquals(1, list.err().lines().count(), list.err()),
          () -> assertTrue(list.err().contains(entry.toString()), list.err()));
    }
  }

  /** As the script starts it: on the class path, with the variable in the environment. */
  @Test
  void the_environment_can_name_the_class_path() throws IOException, InterruptedException {
    Path jar = new StrangersJar(directory).build();
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            StrangersJar.everything(),
            "io.github.gmem4j.cli.Gmem",
            "policies",
            "--json");
    builder.environment().put("GMEM_CLASSPATH", jar.toString());
    builder.redirectErrorStream(true);

    Process process = builder.start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertEquals(0, process.waitFor(), out);
    assertTrue(out.contains("\"policy\":\"stranger\""), out);
    assertTrue(out.contains("\"policy\":\"tdx\""), out);
  }
}
