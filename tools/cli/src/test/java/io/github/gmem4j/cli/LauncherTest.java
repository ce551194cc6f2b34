package io.github.gmem4j.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The script at the top level. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
  private static final Path LAUNCHER = Shell.ROOT.resolve("gmem");
  private static final Path FINDER = Shell.ROOT.resolve("tools/find-jdk.sh");

  @TempDir Path directory;

  /** Runs a program with this environment and nothing else in it. */
  private static Shell run(Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command));
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Shell(process.waitFor(), out, err);
  }

  @Test
  void it_is_executable_and_a_posix_shell_can_parse_it() throws Exception {
    assertTrue(Files.isExecutable(LAUNCHER));

    Shell check = run(Map.of(), List.of("/bin/sh", "-n", LAUNCHER.toString()));

    assertAll(() -> assertEquals("", check.err()), () -> assertEquals(0, check.code()));
  }

  /** Only the part that looks for a JDK is run, with all the common places taken away. */
  @Test
  void without_a_jdk_it_says_so_in_one_line() throws Exception {
    Path copy = Files.copy(LAUNCHER, directory.resolve("gmem"));
    Files.createDirectories(directory.resolve("tools"));
    Files.writeString(
        directory.resolve("tools/find-jdk.sh"),
        Files.readString(FINDER)
            .replaceAll(
                "(/usr/lib/jvm|/usr/java|/opt/[a-z/]*|/Library/Java|/usr/libexec)", "/nowhere"));

    Shell launch =
        run(
            Map.of("PATH", "/usr/bin:/bin", "JAVA_HOME", directory.toString(), "HOME", "/nowhere"),
            List.of("/bin/sh", copy.toString(), "--help"));

    assertAll(
        () ->
            assertEquals(
                "gmem: a JDK 25 or later is needed, and none was found; set JAVA_HOME to one\n",
                launch.err()),
        () -> assertEquals("", launch.out()),
        () -> assertEquals(2, launch.code()));
  }

  /** Creates a checkout with no sources, and a JDK that only says how it was called. */
  private Path checkout() throws IOException {
    Path root = Files.createDirectories(directory.resolve("checkout"));
    for (String folder :
        List.of("api", "core", "policy-x", "backend-kvm", "tools/conformance", "tools/cli")) {
      Files.createDirectories(root.resolve(folder));
    }
    Files.writeString(root.resolve("pom.xml"), "");
    Files.copy(LAUNCHER, root.resolve("gmem"));
    Files.copy(FINDER, root.resolve("tools/find-jdk.sh"));
    Path bin = Files.createDirectories(directory.resolve("jdk/bin"));
    Files.writeString(directory.resolve("jdk/release"), "JAVA_VERSION=\"25\"\n");
    for (String tool : List.of("java", "javac", "mvn")) {
      Path file = bin.resolve(tool);
      Files.writeString(file, "#!/bin/sh\necho \"$GMEM_CLASSPATH|$*\"\n");
      assertTrue(file.toFile().setExecutable(true));
    }
    return root;
  }

  private Shell policies(Path root) throws Exception {
    Path jdk = directory.resolve("jdk");
    return run(
        Map.of(
            "PATH",
            jdk.resolve("bin") + ":/usr/bin:/bin",
            "JAVA_HOME",
            jdk.toString(),
            "GMEM_CLASSPATH",
            "a policy.jar:b/*"),
        List.of("/bin/sh", root.resolve("gmem").toString(), "policies"));
  }

  @Test
  void the_class_path_of_policies_reaches_the_command_as_it_is() throws Exception {
    Path root = checkout();
    Files.createDirectories(root.resolve("tools/cli/target"));
    Files.writeString(root.resolve("tools/cli/target/gmem.stamp"), "");

    Shell launch = policies(root);

    assertAll(
        () -> assertEquals("", launch.err()),
        () -> assertTrue(launch.out().startsWith("a policy.jar:b/*|"), launch.out()),
        () -> assertTrue(launch.out().endsWith(" io.github.gmem4j.cli.Gmem policies\n")));
  }

  /** A file where the folder should be stands for a tree that is shared read-only. */
  @Test
  void where_it_cannot_build_it_says_so_in_one_line() throws Exception {
    Path root = checkout();
    Path target = Files.writeString(root.toRealPath().resolve("tools/cli/target"), "");

    Shell launch = policies(root);

    assertAll(
        () ->
            assertEquals(
                "gmem: gmem4j must be built, and "
                    + target
                    + " cannot be written; run ./gmem --version where it can\n",
                launch.err()),
        () -> assertEquals("", launch.out()),
        () -> assertEquals(2, launch.code()));
  }

  /** The first build is held until the second launcher has found that it must wait. */
  @Test
  void of_two_first_builds_at_once_one_waits_for_the_other() throws Exception {
    Path root = checkout();
    Path begun = directory.resolve("begun");
    Path go = directory.resolve("go");
    Path maven = directory.resolve("jdk/bin/mvn");
    Files.writeString(
        maven,
        """
        #!/bin/sh
        mkdir '%1$s' || exit 1
        until [ -e '%2$s' ]; do sleep 0.1; done
        """
            .formatted(begun, go));

    Process first = launch(root);
    while (!Files.exists(begun)) {
      Thread.onSpinWait();
    }
    Process second = launch(root);
    try (BufferedReader told = second.errorReader()) {
      String waits = String.valueOf(told.readLine());
      assertTrue(waits.startsWith("waiting for another gmem that is building"), waits);
      Files.writeString(go, "");

      assertAll(
          () -> assertEquals(0, first.waitFor()),
          () -> assertEquals(0, second.waitFor()),
          () -> assertEquals(null, told.readLine()));
    } finally {
      Files.writeString(go, "");
    }
  }

  private Process launch(Path root) throws IOException {
    Path jdk = directory.resolve("jdk");
    ProcessBuilder builder =
        new ProcessBuilder("/bin/sh", root.resolve("gmem").toString(), "policies");
    builder.environment().put("PATH", jdk.resolve("bin") + ":/usr/bin:/bin");
    builder.environment().put("JAVA_HOME", jdk.toString());
    return builder.start();
  }
}
