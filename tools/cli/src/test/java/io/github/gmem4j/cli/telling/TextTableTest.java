package io.github.gmem4j.cli.telling;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Tables as text. */
class TextTableTest {
  @Test
  void cells_are_wrapped_and_rows_then_stand_apart() {
    TextTable table = new TextTable();
    table.column("who", 3);
    table.column("what", 9);
    table.row(List.of("a", "one"));
    table.row(List.of("b", "this is too long"));
    table.row(List.of("c", "-"));

    assertEquals(
        """
        who  what
        ---  ---------
        a    one

        b    this is
             too long

        c    -
        """,
        table.text());
  }

  @Test
  void rows_of_one_line_each_stand_together() {
    TextTable table = new TextTable();
    table.column("n", 1);
    table.column("m", 1);
    table.row(List.of("1", "2"));
    table.row(List.of("3", "4"));

    assertEquals("n  m\n-  -\n1  2\n3  4\n", table.text());
  }

  @Test
  void a_sentence_has_room_even_where_no_column_follows() {
    TextTable table = new TextTable();
    table.column("policy", 6);
    table.sentence("x", "this one cannot be told");

    assertEquals("policy\n------\nx       this one cannot be told\n", table.text());
  }
}
