package io.github.gmem4j.cli;

import io.github.gmem4j.cli.playing.Played;
import io.github.gmem4j.cli.playing.Player;
import io.github.gmem4j.cli.reading.ScenarioReader;
import io.github.gmem4j.cli.scenario.InputException;
import io.github.gmem4j.cli.telling.JsonLines;
import io.github.gmem4j.cli.telling.SequenceDiagram;
import io.github.gmem4j.cli.telling.Timeline;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code gmem run}: reads scenarios, plays them, shows what happened. */
record RunCommand(PrintWriter out, boolean json) {
  int run(List<Path> files, @Nullable Path diagram) {
    if (diagram != null && files.size() > 1) {
      throw new InputException("--diagram is for one scenario, and here are " + files.size());
    }
    boolean good = true;
    for (int i = 0; i < files.size(); i++) {
      Played played = Player.play(ScenarioReader.read(files.get(i)));
      if (i > 0 && !json) {
        out.println();
      }
      out.print(json ? JsonLines.of(played) : Timeline.of(played));
      out.flush();
      if (diagram != null) {
        write(diagram, SequenceDiagram.of(played));
      }
      good &= played.isGood();
    }
    return good ? ExitCode.GOOD : ExitCode.CHECK_FAILED;
  }

  private static void write(Path file, String picture) {
    try {
      Files.writeString(file, picture);
    } catch (NoSuchFileException e) {
      throw new InputException(file + ": cannot be written, there is no such directory");
    } catch (IOException e) {
      throw new InputException(file + ": cannot be written: " + e.getMessage());
    }
  }
}
