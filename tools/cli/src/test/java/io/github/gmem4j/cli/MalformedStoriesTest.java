package io.github.gmem4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.cli.choosing.Policies;
import io.github.gmem4j.cli.scenario.InputException;
import io.github.gmem4j.cli.staging.Backend;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Thousands of stories that are wrong in ways nobody thought of: every one that ships, changed in a
 * few places at random. Each is played, or refused with one sentence that names it.
 */
class MalformedStoriesTest {
  private static final long SEED = Long.getLong("gmem.seed", new Random().nextLong());
  private static final int STORIES = Integer.getInteger("gmem.stories", 2_000);

  private static final Pattern NUMBER = Pattern.compile("\\b(0x[0-9a-f]+|\\d+)\\b");
  private static final Pattern WORD = Pattern.compile("[a-z][a-z-]{2,}");
  private static final List<String> NUMBERS =
      List.of(
          "0",
          "-1",
          "1",
          "7-3",
          "0-511",
          "4096",
          "0xfff",
          "1000000",
          "4294967295",
          "0x7fffffffffffffff",
          "0xffffffffffffffff",
          "99999999999999999999",
          "4503599627370495",
          "1e9",
          "0x");
  private static final List<String> WORDS =
      List.of(
          "snp",
          "pkvm",
          "pkvm-mainline",
          "tdx-in-run",
          "software-protected",
          "rfc-2025",
          "vm-attributes",
          "private",
          "shared",
          "true",
          "always",
          "discard",
          "poison",
          "prefault",
          "populate",
          "finalize",
          "set-slot",
          "kick",
          "interrupt",
          "fault",
          "accept",
          "unshare",
          "retry",
          "unfinished");
  private static final List<String> POLICIES = List.of("tdx", "snp", "pkvm", "pkvm-mainline");
  private static final String CHARACTERS =
      "{}[]:,\"'&*!|>%@#-?\t\n\u0000\u001b\u009b\ufeffü\u202e~";

  @TempDir Path directory;

  private final Random random = new Random(SEED);
  private final Policies policies = Policies.find("");

  private static List<String> shipped() throws IOException {
    List<String> stories = new ArrayList<>();
    try (Stream<Path> files = Files.walk(Shell.SCENARIOS)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".yaml")).sorted().toList()) {
        stories.add(Files.readString(file));
      }
    }
    return stories;
  }

  @Test
  void each_is_played_or_refused_with_one_sentence() throws IOException {
    List<String> stories = shipped();
    int[] codes = new int[3];
    for (int i = 0; i < STORIES; i++) {
      byte[] story = spoilt(stories.get(random.nextInt(stories.size())));
      Path file = Files.write(directory.resolve("story.yaml"), story);
      boolean isCompared = random.nextInt(8) == 0;

      Shell shell = isCompared ? compared(file) : run(i, file);

      codes[shell.code()]++;
      assertAll(
          "seed %d, story %d: %s%n%s".formatted(SEED, i, shell.err(), new String(story, UTF_8)),
          () -> assertOneSentence(shell),
          () -> assertPrintable(shell.out() + shell.err()));
    }
    assertTrue(codes[0] > 0 && codes[1] > 0 && codes[2] > 0, Arrays.toString(codes));
  }

  private Shell run(int number, Path file) {
    Optional<String> policy = Optional.of(POLICIES.get(number % POLICIES.size()));
    return told((out, err) ->
        new RunCommand(out, err, policies, policy, Backend.MEMORY, false).run(List.of(file), null));
  }

  private Shell compared(Path file) {
    return told((out, err) ->
        new CompareCommand(out, policies, CompareCommand.Form.TEXT)
            .compare(file, POLICIES, List.of(), null));
  }

  private interface Told {
    int told(PrintWriter out, PrintWriter err);
  }

  /** Without the command line, which would be most of the work. Any other exception is a defect. */
  private static Shell told(Told command) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code;
    try {
      code = command.told(new PrintWriter(out), new PrintWriter(err));
    } catch (InputException e) {
      code = ExitCode.UNUSABLE;
      err.append(String.valueOf(e.getMessage()));
    }
    return new Shell(code, out.toString(), err.toString());
  }

  private static void assertOneSentence(Shell shell) {
    if (shell.code() == 2) {
      assertEquals("", shell.out());
      assertEquals(1, shell.err().lines().count(), shell.err());
    } else {
      assertEquals("", shell.err());
      assertFalse(shell.lastLine().isBlank());
    }
    // What a policy is blamed for, here would be a fault of the command or of the engine.
    assertFalse((shell.out() + shell.err()).contains("breaks: "), shell.out() + shell.err());
  }

  private static void assertPrintable(String text) {
    assertTrue(
        text.codePoints()
            .allMatch(c -> c == '\n' || Character.getType(c) != Character.CONTROL && c != 0x202E),
        "a control character came through");
  }

  /** Changes a story in one to three places. */
  private byte[] spoilt(String story) {
    String text = story;
    for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
      text =
          switch (random.nextInt(12)) {
            case 0, 7, 8 -> replaced(text, NUMBER, NUMBERS.get(random.nextInt(NUMBERS.size())));
            case 1, 11 -> replaced(text, NUMBER, Integer.toString(random.nextInt(16)));
            case 2, 9, 10 -> replaced(text, WORD, WORDS.get(random.nextInt(WORDS.size())));
            case 3 -> withoutLine(text);
            case 4 -> withLineAgain(text);
            case 5 -> withCharacter(text);
            default -> text.substring(0, random.nextInt(text.length() + 1));
          };
    }
    byte[] bytes = text.getBytes(UTF_8);
    return random.nextInt(20) == 0 ? withByte(bytes) : bytes;
  }

  private String replaced(String text, Pattern pattern, String replacement) {
    List<MatchResult> all = pattern.matcher(text).results().toList();
    if (all.isEmpty()) {
      return text;
    }
    MatchResult one = all.get(random.nextInt(all.size()));
    return text.substring(0, one.start()) + replacement + text.substring(one.end());
  }

  private String withoutLine(String text) {
    List<String> lines = new ArrayList<>(text.lines().toList());
    if (!lines.isEmpty()) {
      lines.remove(random.nextInt(lines.size()));
    }
    return String.join("\n", lines) + "\n";
  }

  private String withLineAgain(String text) {
    List<String> lines = new ArrayList<>(text.lines().toList());
    if (!lines.isEmpty()) {
      String line = lines.get(random.nextInt(lines.size()));
      lines.add(random.nextInt(lines.size() + 1), line);
    }
    return String.join("\n", lines) + "\n";
  }

  private String withCharacter(String text) {
    int at = random.nextInt(text.length() + 1);
    return text.substring(0, at)
        + CHARACTERS.charAt(random.nextInt(CHARACTERS.length()))
        + text.substring(at);
  }

  private byte[] withByte(byte[] bytes) {
    ByteArrayOutputStream spoilt = new ByteArrayOutputStream();
    int at = random.nextInt(bytes.length + 1);
    spoilt.write(bytes, 0, at);
    spoilt.write(0x80 + random.nextInt(0x80));
    spoilt.write(bytes, at, bytes.length - at);
    return spoilt.toByteArray();
  }
}
