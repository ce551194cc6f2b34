package io.github.gmem4j.conformance.reading;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.github.gmem4j.conformance.RecordingException;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads a file of JSON lines, plain or gzip-ed: one object on each line, no line without. */
final class LineReader implements AutoCloseable {
  private static final int GZIP_MAGIC = 0x1f8b;
  private static final int BUFFER_BYTES = 1 << 16;

  // Names are looked up in a map of our own, so interning them would only cost time.
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Inputs.MOST_PAGES).build())
          .build();

  private final Path file;
  private final InputStream bytes;
  private final JsonParser parser;
  private final JsonFields object;
  private long line;

  private LineReader(Path file, InputStream bytes, JsonParser parser) {
    this.file = file;
    this.bytes = bytes;
    this.parser = parser;
    this.object = new JsonFields(parser);
  }

  static LineReader open(Path file) {
    InputStream bytes = null;
    try {
      bytes = decompressed(new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES));
      return new LineReader(file, bytes, JSON.createParser(bytes));
    } catch (IOException e) {
      closeAfter(e, bytes);
      throw new RecordingException(file, 0, "cannot be read (" + e + ")", e);
    }
  }

  /** Returns the number of the line that was read last, from 1. */
  long line() {
    return line;
  }

  /** Returns how many bytes of lines were read, about. */
  long bytes() {
    return parser.currentLocation().getByteOffset();
  }

  /** Reads the next line; empty at the end of the file. */
  Optional<Fields> next() {
    try {
      JsonToken token = parser.nextToken();
      if (token == null) {
        checkEnd(parser.currentLocation());
        return Optional.empty();
      }
      begin(parser.currentTokenLocation().getLineNr(), token);
    } catch (JsonProcessingException e) {
      throw malformedJson(Math.max(line, e.getLocation().getLineNr()), e);
    } catch (IOException e) {
      throw new RecordingException(file, line + 1, "cannot be read on (" + e + ")", e);
    }
    try {
      Fields fields = object.read();
      if (parser.currentTokenLocation().getLineNr() != line) {
        throw malformed(line, "the object does not end on its line");
      }
      return Optional.of(fields);
    } catch (MalformedLineException e) {
      throw malformed(line, e.reason());
    } catch (JsonProcessingException e) {
      throw malformedJson(line, e);
    } catch (IOException e) {
      throw new RecordingException(file, line, "cannot be read on (" + e + ")", e);
    }
  }

  /** What follows the last line's end would be one more line, without an object. */
  private void checkEnd(JsonLocation end) {
    if (end.getLineNr() > line + 1 || end.getLineNr() == line + 1 && end.getColumnNr() > 1) {
      throw malformed(line + 1, "the line is empty");
    }
  }

  private void begin(long at, JsonToken token) {
    if (at > line + 1) {
      throw malformed(line + 1, "the line is empty");
    }
    if (at == line) {
      throw malformed(line, "the line holds more than one object");
    }
    line = at;
    if (token != JsonToken.START_OBJECT) {
      throw malformed(line, "the line is not a JSON object");
    }
  }

  private RecordingException malformedJson(long number, JsonProcessingException e) {
    return new RecordingException(file, number, "malformed JSON (" + firstLine(e) + ")", e);
  }

  RecordingException malformed(long number, String reason) {
    return new RecordingException(file, number, reason, null);
  }

  @Override
  public void close() {
    try {
      bytes.close();
    } catch (IOException e) {
      throw new RecordingException(file, line, "cannot be closed (" + e + ")", e);
    }
  }

  private static InputStream decompressed(InputStream raw) throws IOException {
    raw.mark(2);
    int magic = raw.read() << 8 | raw.read();
    raw.reset();
    return magic == GZIP_MAGIC ? new GzipMembers(raw, BUFFER_BYTES) : raw;
  }

  private static void closeAfter(IOException failure, @Nullable Closeable opened) {
    if (opened == null) {
      return;
    }
    try {
      opened.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private static String firstLine(JsonProcessingException e) {
    String message = e.getOriginalMessage();
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }
}
