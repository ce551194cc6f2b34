package io.github.gmem4j.cli.reading;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.github.gmem4j.cli.scenario.InputException;
import io.github.gmem4j.cli.scenario.Place;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** From a YAML file (JSON is YAML too) to nodes that know where they stand. */
final class NodeReader {
  private final String file;
  private final YAMLParser parser;

  private NodeReader(String file, YAMLParser parser) {
    this.file = file;
    this.parser = parser;
  }

  /**
   * Reads a file.
   *
   * @throws InputException if it cannot be read or is not one YAML document
   */
  static Node read(Path path) {
    String file = path.toString();
    try (YAMLParser parser = new YAMLFactory().createParser(TextFile.read(path))) {
      return new NodeReader(file, parser).document();
    } catch (JsonProcessingException e) {
      JsonLocation where = e.getLocation();
      String what = firstLine(e.getOriginalMessage());
      throw where == null
          ? new InputException(file + ": is not YAML: " + what)
          : new InputException(placeOf(file, where), "is not YAML: " + what);
    } catch (IOException e) {
      throw new InputException(file + ": cannot be read: " + e.getMessage());
    }
  }

  private Node document() throws IOException {
    if (parser.nextToken() == null) {
      throw new InputException(file + ": is empty");
    }
    Node node = node();
    if (parser.nextToken() != null) {
      throw new InputException(here(), "one document is expected, and here a second begins");
    }
    return node;
  }

  private Node node() throws IOException {
    Place place = here();
    if (parser.isCurrentAlias()) {
      throw new InputException(place, "aliases are not used in scenarios");
    }
    JsonToken token = parser.currentToken();
    return switch (token) {
      case START_OBJECT -> mapping(place);
      case START_ARRAY -> sequence(place);
      case VALUE_NULL -> new Node.Scalar(place, "");
      default -> new Node.Scalar(place, parser.getText());
    };
  }

  private Node mapping(Place place) throws IOException {
    SequencedMap<String, Node.Entry> entries = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      Place keyPlace = here();
      String key = parser.currentName();
      parser.nextToken();
      if (entries.put(key, new Node.Entry(keyPlace, node())) != null) {
        throw new InputException(keyPlace, "the key '" + key + "' is here twice");
      }
    }
    return new Node.Mapping(place, entries);
  }

  private Node sequence(Place place) throws IOException {
    List<Node> items = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(node());
    }
    return new Node.Sequence(place, List.copyOf(items));
  }

  private Place here() {
    return placeOf(file, parser.currentTokenLocation());
  }

  private static Place placeOf(String file, JsonLocation at) {
    return new Place(file, at.getLineNr(), at.getColumnNr());
  }

  private static String firstLine(@Nullable String message) {
    return message == null ? "unreadable" : message.lines().findFirst().orElse("unreadable");
  }
}
