package io.github.gmem4j.conformance.recording;

import io.github.gmem4j.conformance.reading.RecordingReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/** The recordings that come with this module. */
public final class Recordings {
  /** Beside this module's sources; the checkout is named where the tests run elsewhere. */
  private static final Path FOLDER =
      Path.of(System.getProperty("gmem.root", "../.."), "tools/conformance/recordings");

  public static final Path B = FOLDER.resolve("B.jsonl.gz");
  public static final Path C = FOLDER.resolve("C.jsonl.gz");
  public static final Path P = FOLDER.resolve("P.jsonl.gz");

  private Recordings() {}

  public static List<Recorded> sequences(Path file) {
    List<Recorded> sequences = new ArrayList<>();
    try (RecordingReader reader = RecordingReader.open(file)) {
      Optional<Recorded> next = reader.next();
      while (next.isPresent()) {
        sequences.add(next.get());
        next = reader.next();
      }
    }
    return sequences;
  }

  /** Writes the lines of a recording to a new file, not compressed. */
  public static Path unpacked(Path recording, Path folder) throws IOException {
    Path plain = folder.resolve(recording.getFileName() + ".plain");
    try (InputStream bytes = new GZIPInputStream(Files.newInputStream(recording))) {
      Files.copy(bytes, plain);
    }
    return plain;
  }
}
