package dev.quarry.replay.calls;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Programs cut into areas by how their pages were used. */
class ModulePartsTest {
  private static final long BASE = 0x40_0000;
  private static final long PAGE = 4096;

  /** Letters say how pages were used: r, w, x, C cleared, P protected, dot: not at all. */
  private static String parts(String used) {
    TreeMap<Long, Integer> pages = new TreeMap<>();
    for (int i = 0; i < used.length(); i++) {
      int how =
          switch (used.charAt(i)) {
            case 'r' -> Life.READ;
            case 'w' -> Life.WRITE;
            case 'x' -> Life.EXECUTE;
            case 'C' -> Life.WRITE | Life.CLEARED;
            case 'P' -> Life.READ | Life.WRITE | Life.PROTECTED;
            default -> 0;
          };
      if (how != 0) {
        pages.put(i * PAGE, how);
      }
    }
    long end = BASE + used.length() * PAGE;
    List<String> words =
        new ModuleParts(BASE, end, pages, ModuleParts.PROGRAM)
            .list().stream()
                .map(part ->
                    String.format(
                        Locale.ROOT,
                        "%d-%d %d%s",
                        (part.start() - BASE) / PAGE,
                        (part.end() - BASE) / PAGE,
                        part.prot(),
                        part.file().isEmpty() ? " zeros" : ""))
                .toList();
    return String.join(", ", words);
  }

  @Test
  void segmentsInTheirOrder() {
    assertThat(parts("rxxrrPwC..")).isEqualTo("0-1 1, 1-3 5, 3-5 1, 5-8 3, 8-10 3 zeros");
  }

  /** Between two uses the bound is as low as a window of 16 pages could make it. */
  @Test
  void unknownBoundsAreLow() {
    String code = "r" + ".".repeat(39) + "x";
    assertThat(parts(code + ".".repeat(30) + "r" + "w"))
        .isEqualTo("0-32 1, 32-64 5, 64-72 1, 72-73 3");
  }

  @Test
  void programsOfOneKind() {
    assertThat(parts("rrr")).isEqualTo("0-3 1");
    assertThat(parts("x..w")).as("an old linker's").isEqualTo("0-3 5, 3-4 3");
    assertThat(parts("ww")).isEqualTo("0-2 3");
  }
}
