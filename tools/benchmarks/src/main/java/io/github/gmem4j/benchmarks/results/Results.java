package io.github.gmem4j.benchmarks.results;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;

/** What a run has measured, and where; kept as JSON. */
public record Results(Machine machine, String date, boolean quick, List<Measurement> measurements) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /**
   * One figure.
   *
   * @param workload a name such as {@code lookup-few} or {@code mem-few}
   * @param size such as {@code 64GiB}
   * @param implementation the structure
   * @param value nanoseconds per operation, or bytes
   */
  public record Measurement(String workload, String size, String implementation, double value) {}

  /** Returns a figure, if it was measured. */
  public OptionalDouble find(String workload, String size, String implementation) {
    return measurements.stream()
        .filter(m ->
            m.workload().equals(workload)
                && m.size().equals(size)
                && m.implementation().equals(implementation))
        .mapToDouble(Measurement::value)
        .findFirst();
  }

  /** Keeps the results. */
  public void write(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    JSON.writeValue(file.toFile(), this);
  }

  /** Reads kept results. */
  public static Results read(Path file) throws IOException {
    return JSON.readValue(file.toFile(), Results.class);
  }
}
