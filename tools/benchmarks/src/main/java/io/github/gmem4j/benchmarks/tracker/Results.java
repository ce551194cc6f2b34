package io.github.gmem4j.benchmarks.tracker;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;

/** What a run has measured, and where; kept as JSON. */
record Results(Machine machine, String date, boolean quick, List<Measurement> measurements) {
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
  record Measurement(String workload, String size, String implementation, double value) {}

  OptionalDouble find(String workload, String size, String implementation) {
    return measurements.stream()
        .filter(m ->
            m.workload().equals(workload)
                && m.size().equals(size)
                && m.implementation().equals(implementation))
        .mapToDouble(Measurement::value)
        .findFirst();
  }

  void write(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    JSON.writeValue(file.toFile(), this);
  }

  static Results read(Path file) throws IOException {
    return JSON.readValue(file.toFile(), Results.class);
  }
}
