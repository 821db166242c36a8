package dev.quarry.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How typed text is cut: into commands for the interpreter, into words for completion. */
class TypedLineTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "bo; [bo]",
        "p = alloc_pages GF; [alloc_pages, GF]",
        "p =; [p, =]",
        "repeat 3 { free_pages ; [free_pages, '']",
        "expect fails alloc_page G; [alloc_page, G]",
        "expect f; [expect, f]",
        "expect works q = alloc_page G; [alloc_page, G]",
        "draw buddy zone=N; [draw, buddy, zone=N]",
      })
  void wordsOfTheCommandAtTheCursor(String typed, String words) {
    String line = typed.startsWith("repeat") ? typed + " " : typed;
    assertThat(new TypedLine(line, line.length()).words().toString())
        .isEqualTo(words.replace("''", ""));
  }

  @Test
  void aBlockIsOneCommand() throws IOException {
    PipedCommands commands =
        new PipedCommands(new StringReader("a\n\nrepeat 2 { # {\n b \"{\"\n}\nc { \n"));
    assertThat(commands.next()).isEqualTo(new PipedCommands.Command("a", 1));
    assertThat(commands.next()).isEqualTo(new PipedCommands.Command("", 2));
    assertThat(commands.next())
        .isEqualTo(new PipedCommands.Command("repeat 2 { # {\n b \"{\"\n}", 3));
    assertThat(commands.next()).isEqualTo(new PipedCommands.Command("c { ", 6));
    assertThat(commands.next()).isNull();
  }
}
