package io.github.gmem4j.benchmarks.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What a result depends on; nothing that tells whose machine it is. */
public record Machine(String cpu, int cores, long memoryGib, String system, String jdk) {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final Path MEMORY_INFO = Path.of("/proc/meminfo");

  /** Returns this machine. */
  public static Machine current() {
    String kibibytes = value(MEMORY_INFO, "MemTotal").replaceAll("[^0-9]", "");
    return new Machine(
        value(CPU_INFO, "model name"),
        Runtime.getRuntime().availableProcessors(),
        kibibytes.isEmpty() ? 0 : Math.round(Long.parseLong(kibibytes) / (1024.0 * 1024.0)),
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        System.getProperty("java.vendor") + " " + System.getProperty("java.runtime.version"));
  }

  private static String value(Path file, String key) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(key))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("");
    } catch (IOException e) {
      return ""; // Not Linux; the figures are worth having all the same.
    }
  }
}
