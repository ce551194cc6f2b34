package io.github.gmem4j.cli;

import io.github.gmem4j.cli.choosing.Policies;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a command looks for policies beside those that come with it. */
final class PolicyChoice {
  @Option(
      names = "--class-path",
      paramLabel = "PATH",
      defaultValue = "${env:GMEM_CLASSPATH}",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
      description =
          "More policies: jars and directories, separated as for java -cp. Default: the environment"
              + " variable GMEM_CLASSPATH.")
  private @Nullable String classPath;

  Policies find() {
    return Policies.find(classPath == null ? "" : classPath);
  }
}
