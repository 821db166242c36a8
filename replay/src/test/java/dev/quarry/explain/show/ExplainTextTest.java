package dev.quarry.explain.show;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.explain.verdict.Explanation;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page for a ticket, as it is kept in files. */
class ExplainTextTest {
  static String text(Ink ink, boolean trail, Explanation... explanations) {
    StringWriter out = new StringWriter();
    ExplainText text = new ExplainText(new PrintWriter(out), ink, trail);
    List.of(explanations).forEach(text::add);
    text.finish();
    return out.toString();
  }

  private static Explanation named(String name) {
    return switch (name) {
      case "no-block" -> Shown.noBlock();
      case "oom" -> Shown.oom();
      default -> Shown.sysrq();
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"no-block", "oom", "sysrq"})
  void pages(String name) throws IOException {
    Golden.same("explain/" + name + ".txt", text(Ink.PLAIN, name.equals("no-block"), named(name)));
  }

  @Test
  void fitsATicket() {
    String all = text(Ink.PLAIN, true, Shown.noBlock(), Shown.oom(), Shown.sysrq());
    assertThat(all.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(101));
    assertThat(all).matches("[\\x20-\\x7e\n]+").endsWith("\n3 reports\n");
  }

  @Test
  void coloursAddNothingButColours() {
    String coloured = text(Ink.COLOURS, true, Shown.noBlock(), Shown.oom());
    assertThat(coloured).contains("\u001b[31m").contains("\u001b[32m");
    assertThat(coloured.replaceAll("\u001b\\[\\d*m", ""))
        .isEqualTo(text(Ink.PLAIN, true, Shown.noBlock(), Shown.oom()));
  }

  @Test
  void aTerminalObeysNoNameOfTheLog() {
    assertThat(text(Ink.PLAIN, true, Shown.hostile())).matches("[\\x20-\\x7e\n]+");
  }
}
