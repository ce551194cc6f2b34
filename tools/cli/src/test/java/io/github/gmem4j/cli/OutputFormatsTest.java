package io.github.gmem4j.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;

/** The story as JSON lines and as a picture. */
class OutputFormatsTest {
  @TempDir Path directory;

  static List<Path> scenarios() throws IOException {
    return GoldenTimelinesTest.scenarios();
  }

  /** Reads the top-level fields of one object. */
  private static Map<String, String> fields(String line) throws IOException {
    Map<String, String> fields = new HashMap<>();
    try (JsonParser json = new JsonFactory().createParser(line)) {
      assertEquals(JsonToken.START_OBJECT, json.nextToken());
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        fields.put(name, json.getText());
        json.skipChildren();
      }
      assertEquals(JsonToken.END_OBJECT, json.currentToken());
      assertEquals(null, json.nextToken());
    }
    return fields;
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void every_line_is_an_object_that_says_what_happened_when_and_in_words(Path scenario)
      throws IOException {
    Shell run = Shell.gmem("run", "--json", scenario);

    List<Map<String, String>> lines = new ArrayList<>();
    for (String line : run.out().lines().toList()) {
      lines.add(fields(line));
    }

    assertEquals("scenario", lines.getFirst().get("event"));
    assertEquals("result", lines.getLast().get("event"));
    assertEquals("true", lines.getLast().get("ok"));
    for (int i = 1; i < lines.size() - 1; i++) {
      Map<String, String> line = lines.get(i);
      assertEquals(Integer.toString(i), line.get("n"));
      assertTrue(line.keySet().containsAll(List.of("ms", "event", "text")), line.toString());
    }
  }

  @Test
  void a_blocked_conversion_says_where_and_who() {
    String out =
        Shell.gmem("run", "--json", Shell.SCENARIOS.resolve("pinned-then-released.yaml")).out();

    String blocked =
        out.lines().filter(line -> line.contains("\"EAGAIN\"")).findFirst().orElseThrow();
    assertAll(
        () -> assertTrue(blocked.contains("\"event\":\"conversion-tried\""), blocked),
        () -> assertTrue(blocked.contains("\"errorOffset\":\"0x3000\""), blocked),
        () ->
            assertTrue(
                blocked.contains("{\"page\":3,\"holder\":\"vhost-net\",\"kind\":\"short_term\"}"),
                blocked));
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void a_diagram_is_well_formed_and_the_same_at_every_run(Path scenario) throws Exception {
    Path first = directory.resolve("first.svg");
    Path second = directory.resolve("second.svg");

    Shell.gmem("run", "--diagram", first, scenario);
    Shell.gmem("run", "--diagram", second, scenario);

    String picture = Files.readString(first);
    assertEquals(picture, Files.readString(second));
    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(picture.getBytes(StandardCharsets.UTF_8)));
    assertEquals("svg", document.getDocumentElement().getTagName());
    assertTrue(document.getElementsByTagName("text").getLength() > 10);
  }
}
