package io.github.gmem4j.cli;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;

/** Says in one sentence what is wrong with a command line. */
final class WrongUsage {
  private WrongUsage() {}

  static String sentence(ParameterException e) {
    List<String> unknown =
        e.getCommandLine().getUnmatchedArguments().stream()
            .filter(argument -> argument.startsWith("-"))
            .toList();
    // Whoever misspells an option misses a parameter only because of that.
    if (e instanceof MissingParameterException && !unknown.isEmpty()) {
      return unknown.stream()
          .map(option -> "'" + option + "'")
          .collect(
              Collectors.joining(
                  ", ", unknown.size() == 1 ? "Unknown option: " : "Unknown options: ", ""));
    }
    return Optional.ofNullable(e.getMessage())
        .flatMap(message -> message.lines().findFirst())
        .orElse("wrong usage");
  }
}
