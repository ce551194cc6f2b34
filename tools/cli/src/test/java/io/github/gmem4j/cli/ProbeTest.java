package io.github.gmem4j.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.KvmAccess;
import io.github.gmem4j.backend.kvm.KvmAccess.Obstacle;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code gmem probe}. */
class ProbeTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private ProbeCommand command(KvmAccess access) {
    return new ProbeCommand(new PrintWriter(out, true), new PrintWriter(err, true), access);
  }

  private ProbeCommand onThisHost() {
    return switch (Kvm.open()) {
      case KvmAccess.Granted granted -> command(granted);
      case KvmAccess.Refused refused -> abort(refused.reason());
    };
  }

  @ParameterizedTest
  @EnumSource(Obstacle.class)
  void without_access_one_line_says_why(Obstacle obstacle) {
    ProbeCommand command = command(new KvmAccess.Refused(obstacle, "there is no such thing"));

    assertAll(
        () -> assertEquals(ExitCode.CHECK_FAILED, command.text()),
        () -> assertEquals(ExitCode.CHECK_FAILED, command.json()),
        () -> assertEquals("", out.toString()),
        () -> assertEquals("gmem: there is no such thing%n".formatted().repeat(2), err.toString()));
  }

  @Test
  void a_real_host_is_told_in_tables_of_110_columns() {
    assertEquals(ExitCode.GOOD, onThisHost().text());

    assertAll(
        () -> assertEquals("", err.toString()),
        () -> assertTrue(out.toString().startsWith("this host "), out.toString()),
        () -> assertTrue(out.toString().contains("\nthis library "), out.toString()),
        () ->
            assertTrue(
                out.toString().lines().allMatch(line -> line.length() <= 110), out.toString()));
  }

  @Test
  void a_real_host_is_told_as_one_json_object() throws IOException {
    assertEquals(ExitCode.GOOD, onThisHost().json());

    assertEquals(1, out.toString().lines().count());
    try (JsonParser json = new JsonFactory().createParser(out.toString())) {
      assertEquals(JsonToken.START_OBJECT, json.nextToken());
      assertEquals("kernel", json.nextFieldName());
      assertEquals(System.getProperty("os.version"), json.nextTextValue());
      assertEquals("apiVersion", json.nextFieldName());
      assertEquals(12, json.nextIntValue(0));
    }
  }
}
