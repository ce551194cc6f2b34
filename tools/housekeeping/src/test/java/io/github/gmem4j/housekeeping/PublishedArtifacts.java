package io.github.gmem4j.housekeeping;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/**
 * A local repository as it would be after {@code mvn install}, in a folder of its own: our modules
 * are packed from what this build compiled, everything else is the developer's local repository,
 * linked. Nothing is downloaded and nothing is installed.
 */
final class PublishedArtifacts {
  private static final String VERSION = "0.1.0-SNAPSHOT";

  /** Artifact id by folder of each module that a stranger may depend on. */
  private static final Map<String, String> MODULES =
      Map.of(
          "api", "gmem4j-api",
          "core", "gmem4j-core",
          "policy-x86-tdx", "gmem4j-policy-x86-tdx",
          "policy-arm-pkvm", "gmem4j-policy-arm-pkvm",
          "policy-snp", "gmem4j-policy-snp",
          "testkit", "gmem4j-testkit");

  private PublishedArtifacts() {}

  /** Fills an empty folder. */
  static void publishTo(Path repository) throws IOException {
    Path developers =
        Path.of(
            System.getProperty(
                "localRepository", System.getProperty("user.home") + "/.m2/repository"));
    Path ours = repository.resolve("io/github/gmem4j");
    link(developers, repository, "io");
    link(developers.resolve("io"), repository.resolve("io"), "github");
    link(developers.resolve("io/github"), repository.resolve("io/github"), "gmem4j");
    publishPom(ours, "gmem4j-parent", Repository.at("pom.xml"));
    publishPom(ours, "gmem4j-bom", Repository.at("bom/pom.xml"));
    for (Map.Entry<String, String> module : MODULES.entrySet()) {
      Path folder = Repository.at(module.getKey());
      publishPom(ours, module.getValue(), folder.resolve("pom.xml"));
      pack(folder.resolve("target/classes"), file(ours, module.getValue(), "jar"));
    }
  }

  /** Links everything in a folder but one entry, which becomes an empty folder. */
  private static void link(Path from, Path to, String except) throws IOException {
    Files.createDirectories(to.resolve(except));
    if (Files.isDirectory(from)) {
      for (Path entry : entries(from)) {
        Path link = to.resolve(String.valueOf(entry.getFileName()));
        if (!Files.exists(link)) {
          Files.createSymbolicLink(link, entry);
        }
      }
    }
  }

  private static void publishPom(Path ours, String artifact, Path pom) throws IOException {
    Path target = file(ours, artifact, "pom");
    Files.createDirectories(target.getParent());
    Files.copy(pom, target);
  }

  private static Path file(Path ours, String artifact, String type) {
    return ours.resolve(artifact).resolve(VERSION).resolve(artifact + "-" + VERSION + "." + type);
  }

  private static void pack(Path classes, Path jar) throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        Stream<Path> all = Files.walk(classes)) {
      for (Path each : all.filter(Files::isRegularFile).sorted().toList()) {
        out.putNextEntry(new ZipEntry(classes.relativize(each).toString().replace('\\', '/')));
        Files.copy(each, out);
        out.closeEntry();
      }
    }
  }

  private static List<Path> entries(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.toList();
    }
  }
}
