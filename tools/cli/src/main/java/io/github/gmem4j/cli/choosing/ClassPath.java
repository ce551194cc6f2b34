package io.github.gmem4j.cli.choosing;

import io.github.gmem4j.cli.scenario.InputException;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.ZipFile;

/**
 * Jars and directories of classes, in the notation of {@code java -cp}: an entry that ends in
 * {@code *} stands for all jars of a directory.
 *
 * @param entries the jars and directories, all of which exist
 */
record ClassPath(List<Path> entries) {
  private static final Pattern SEPARATOR = Pattern.compile(Pattern.quote(File.pathSeparator));

  /**
   * Reads a class path.
   *
   * @throws InputException if it names something that does not exist, or is no jar
   */
  static ClassPath of(String text) {
    List<Path> entries = new ArrayList<>();
    for (String part : SEPARATOR.splitAsStream(text).filter(part -> !part.isBlank()).toList()) {
      if (part.endsWith("*")) {
        entries.addAll(jarsIn(existing(part.substring(0, part.length() - 1))));
      } else {
        entries.add(existing(part));
      }
    }
    return new ClassPath(List.copyOf(entries));
  }

  private static Path existing(String part) {
    try {
      Path path = Path.of(part);
      if (Files.exists(path)) {
        return readable(path);
      }
    } catch (InvalidPathException e) {
      throw new InputException("the class path of policies is malformed: " + e.getMessage());
    }
    throw new InputException("the class path of policies names " + part + ", which does not exist");
  }

  /** A class loader passes over what it cannot read, without a word. */
  private static Path readable(Path entry) {
    if (Files.isDirectory(entry)) {
      return entry;
    }
    try (ZipFile jar = new ZipFile(entry.toFile())) {
      jar.stream().forEach(file -> {});
      return entry;
    } catch (IOException | IllegalArgumentException e) {
      throw new InputException(
          "the class path of policies names "
              + entry
              + ", which cannot be read as a jar: "
              + e.getMessage());
    }
  }

  private static List<Path> jarsIn(Path directory) {
    List<Path> jars = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*.jar")) {
      found.forEach(jar -> jars.add(readable(jar)));
    } catch (IOException e) {
      throw new InputException("the class path of policies: cannot list " + directory);
    }
    // Directories have no order of their own, and a run is to be repeatable.
    return jars.stream().sorted().toList();
  }

  /** Returns the entries as a class loader wants them. */
  URL[] urls() {
    List<URL> urls = new ArrayList<>();
    for (Path entry : entries) {
      try {
        urls.add(entry.toUri().toURL());
      } catch (MalformedURLException e) {
        throw new InputException("the class path of policies is malformed: " + entry);
      }
    }
    return urls.toArray(URL[]::new);
  }
}
