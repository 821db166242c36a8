package dev.quarry.explain.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people and programs make of a log before somebody explains it. */
class ForeignTextTest {
  private static final String[] FIXTURES = {"paf-6.18.txt", "stall-4.12.txt", "oom-3.2.txt"};

  private static MemoryReport only(String log) {
    List<MemoryReport> reports = Shown.read(log);
    assertThat(reports).hasSize(1);
    return reports.getFirst();
  }

  /** A mail in an archive: lines of at most 76 characters, an equals sign where one goes on. */
  @Test
  void quotedPrintable() throws Exception {
    for (String fixture : FIXTURES) {
      String text = RenderedLogsTest.text(fixture);
      List<String> lines = new ArrayList<>();
      for (String line : text.lines().toList()) {
        String rest = line.replace("=", "=3D");
        while (rest.length() > 76) {
          int cut = 75;
          // A code is not cut.
          cut -= rest.charAt(cut - 1) == '=' ? 1 : rest.charAt(cut - 2) == '=' ? 2 : 0;
          lines.add(rest.substring(0, cut) + "=");
          rest = rest.substring(cut);
        }
        lines.add(rest);
      }
      assertThat(Shown.core(only(String.join("\n", lines) + "\n")))
          .isEqualTo(Shown.core(only(text)));
    }
  }

  /**
   * Lists whose pieces came one by one, between the lines of another CPU: the same zones, with
   * their nodes.
   */
  @ParameterizedTest
  @ValueSource(strings = {"", "[  159.747838] "})
  void piecesOfLists(String mark) throws Exception {
    for (String fixture : FIXTURES) {
      String text = RenderedLogsTest.text(fixture);
      StringBuilder log = new StringBuilder();
      int count = 0;
      for (String line : text.lines().toList()) {
        for (String piece : pieces(line)) {
          log.append(mark).append(piece).append('\n');
          String noise = count++ % 3 == 0 ? " ? debug_check_no_locks+0x3c0/0x3c0" : "";
          log.append(noise.isEmpty() ? "" : mark + noise + "\n");
        }
      }
      assertThat(Shown.core(only(log.toString()))).isEqualTo(Shown.core(only(text)));
    }
  }

  /** A line as a kernel without continuation lines prints it. */
  private static List<String> pieces(String line) {
    if (line.startsWith("lowmem_reserve[]:")) {
      return List.of(line.split(" ", -1));
    }
    if (line.matches("Node \\d+ \\w+ free:.*")) {
      int zone = line.indexOf(' ', 5);
      return List.of(line.substring(0, zone), line.substring(zone + 1));
    }
    boolean blocks = line.matches("(Node \\d+ )?\\w+: \\d+\\*\\d+kB.*");
    return blocks
        ? List.of(line.split("(?<=: )|(?<=kB )(?=\\d|=)|(?<=kB )(?=\\()", -1))
        : List.of(line);
  }

  /** Several of the kernel's lines in one, as a mail program fills paragraphs. */
  @Test
  void filledParagraphs() throws Exception {
    for (String fixture : FIXTURES) {
      String text = RenderedLogsTest.text(fixture);
      String filled = text.replaceAll("\n(?=lowmem_reserve|Node \\d+ \\w+ free:)", " ");
      assertThat(Shown.core(only(filled))).isEqualTo(Shown.core(only(text)));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "The page allocation failures start soon after boot.",
        "introduced a second page allocation failure behavior that occurred",
        "we saw page allocation failure, and then another",
      })
  void peopleWhoWriteAboutFailuresReportNone(String prose) {
    assertThat(Shown.read("Hello,\n" + prose + "\nbye\n")).isEmpty();
  }

  /** Of a list that a terminal cut, what it shows counts, and the rest is larger. */
  @Test
  void cutOffBlocks() {
    String log =
        """
        worker: page allocation failure: order:2, mode:0xcc0(GFP_KERNEL), nodemask=(null)
        Node 0 Normal free:8000kB min:400kB low:500kB high:600kB present:65536kB managed:60000kB
        lowmem_reserve[]: 0 0
        Node 0 Normal: 100*4kB (UM) 50*8kB (UM) 20*16kB (U) 3>
        """;
    MemoryReport report = only(log);
    List<BlockCount> blocks = report.zones().getFirst().blocks();
    assertThat(blocks).hasSize(11);
    assertThat(blocks.subList(0, 4))
        .containsExactly(
            new BlockCount(0, 100, "UM"),
            new BlockCount(1, 50, "UM"),
            new BlockCount(2, 20, "U"),
            new BlockCount(3, (8000 - 400 - 400 - 320) / 32, ""));
    assertThat(report.problems()).anyMatch(p -> p.contains("the counter leaves 6880 kB"));
  }
}
