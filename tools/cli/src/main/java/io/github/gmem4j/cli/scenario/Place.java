package io.github.gmem4j.cli.scenario;

/**
 * Where something stands in a scenario file.
 *
 * @param file the file's name as the user gave it
 * @param line the line, from 1
 * @param column the column, from 1
 */
public record Place(String file, int line, int column) {
  @Override
  public String toString() {
    return file + ", line " + line + ", column " + column;
  }
}
