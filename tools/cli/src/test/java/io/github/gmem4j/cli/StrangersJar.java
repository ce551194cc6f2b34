package io.github.gmem4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Builds the jar of a policy that this build knows nothing of. */
final class StrangersJar {
  private static final String SERVICE = "io.github.gmem4j.api.policy.ConversionPolicy";

  /** A policy that is another under a name of its own. */
  private static final String SOURCE =
      """
      package org.stranger;

      import io.github.gmem4j.api.policy.*;
      import io.github.gmem4j.api.vm.VmType;

      public final class StrangersPolicy implements ConversionPolicy {
        private final ConversionPolicy other = new io.github.gmem4j.policy.tdx.TdxPolicy();

        public StrangersPolicy() {
          BEFORE
        }

        @Override public PolicyTraits traits() {
          return new PolicyTraits(
              "NAME", VmType.CONFIDENTIAL, PolicyTraits.Converter.VMM, "a stranger's policy");
        }
        @Override public KvmSeat kvm() { return other.kvm(); }
        @Override public VmmSeat vmm() { return other.vmm(); }
        @Override public Platform createPlatform(PlatformHost host) {
          return other.createPlatform(host);
        }
        @Override public GuestKernel guest() { return other.guest(); }
      }
      """;

  private final Path directory;
  private String name = "stranger";
  private String before = "";
  private String throwing = "";
  private String instead = "";
  private boolean listsServices = true;
  private boolean isModular;

  StrangersJar(Path directory) {
    this.directory = directory;
  }

  /** Names the policy. */
  StrangersJar named(String policy) {
    name = policy;
    return this;
  }

  /** Has its constructor do something. */
  StrangersJar doing(String statement) {
    before = statement;
    return this;
  }

  /** Has one of its methods throw. */
  StrangersJar throwing(String method, String statement) {
    throwing = method;
    instead = statement;
    return this;
  }

  /** Makes it a module that provides the policy, without a list of services. */
  StrangersJar asModule() {
    isModular = true;
    listsServices = false;
    return this;
  }

  /** Lists the policy among its services as well. */
  StrangersJar listingServices() {
    listsServices = true;
    return this;
  }

  /** Compiles and packs it. */
  Path build() throws IOException {
    Path sources = Files.createDirectories(directory.resolve("sources/org/stranger"));
    Path classes = Files.createDirectories(directory.resolve("classes"));
    List<String> files = new ArrayList<>();
    files.add(Files.writeString(sources.resolve("StrangersPolicy.java"), source()).toString());
    if (isModular) {
      files.add(
          Files.writeString(
                  directory.resolve("sources/module-info.java"),
                  """
                  module org.stranger {
                    requires io.github.gmem4j.api;
                    requires io.github.gmem4j.policy.tdx;
                    provides %s with org.stranger.StrangersPolicy;
                  }
                  """
                      .formatted(SERVICE))
              .toString());
    }
    if (listsServices) {
      Path services = Files.createDirectories(classes.resolve("META-INF/services"));
      Files.writeString(services.resolve(SERVICE), "org.stranger.StrangersPolicy\n");
    }
    List<String> arguments = new ArrayList<>(List.of("-proc:none", "-d", classes.toString()));
    arguments.addAll(List.of(isModular ? "--module-path" : "--class-path", everything()));
    arguments.addAll(files);
    run("javac", arguments);
    Path jar = directory.resolve("stranger.jar");
    run("jar", List.of("--create", "--file", jar.toString(), "-C", classes.toString(), "."));
    return jar;
  }

  private String source() {
    String source = SOURCE.replace("NAME", name).replace("BEFORE", before);
    return throwing.isEmpty()
        ? source
        : source.replaceFirst(
            "(" + throwing + "\\([^)]*\\) \\{)[^}]*}",
            "$1 " + Matcher.quoteReplacement(instead) + "; }");
  }

  /** Returns where the classes of this build and of its libraries are. */
  static String everything() {
    return Stream.of("jdk.module.path", "java.class.path")
        .map(key -> System.getProperty(key, ""))
        .filter(path -> !path.isEmpty())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static void run(String tool, List<String> arguments) {
    StringWriter output = new StringWriter();
    PrintWriter writer = new PrintWriter(output);
    int code =
        ToolProvider.findFirst(tool)
            .orElseThrow()
            .run(writer, writer, arguments.toArray(String[]::new));
    assertEquals(0, code, output::toString);
  }
}
