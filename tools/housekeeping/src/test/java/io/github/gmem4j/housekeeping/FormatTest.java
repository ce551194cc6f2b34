package io.github.gmem4j.housekeeping;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Every Java file is as google-java-format leaves it. With {@code -Dgmem.format=apply} the files
 * are rewritten instead.
 */
class FormatTest {
  private final Formatter formatter =
      new Formatter(JavaFormatterOptions.builder().reorderModifiers(true).build());

  @Test
  void everyJavaFileIsFormatted() throws IOException, FormatterException {
    boolean apply = "apply".equals(System.getProperty("gmem.format"));
    List<String> unformatted = new ArrayList<>();
    for (Path file : Repository.files(".java")) {
      String text = Repository.text(file);
      String formatted =
          RemoveUnusedImports.removeUnusedImports(formatter.formatSourceAndFixImports(text));
      if (!formatted.equals(text)) {
        if (apply) {
          Files.writeString(file, formatted);
        } else {
          unformatted.add(Repository.name(file));
        }
      }
    }
    assertEquals(
        List.of(),
        unformatted,
        "not formatted; mvn -pl tools/housekeeping -am test -Dtest=FormatTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dgmem.format=apply rewrites them");
  }
}
