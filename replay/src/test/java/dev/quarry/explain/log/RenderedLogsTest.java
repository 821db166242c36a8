package dev.quarry.explain.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.explain.log.Rendering.Wrap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever carries a report, wraps it and stands between its lines: the same report comes out. Each
 * fixture is a report in the words of its era; the plain one is what the others are held to.
 */
class RenderedLogsTest {
  private static final Path FOLDER = Path.of("src/test/resources/logs");
  private static final long SEED = 20_260_114;
  private static final int NARROWEST = 60;
  private static final int WIDEST = 120;

  /** Each carrier is tried with other widths; together all are. */
  private static final int STEP = 5;

  /** Behind the longest mark at least so much text stays on a line. */
  private static final int LEAST_TEXT = 24;

  private static final int TASK = 11_296;

  /**
   * In lines without prefix a name that was cut at its blank cannot be told from noise, nor noise
   * behind a line that is as long as the cut ones from its rest.
   */
  private static final int MOST_UNDECIDABLE_IN_1000 = 20;

  static Stream<String> fixtures() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList().stream();
    }
  }

  static String text(String fixture) throws IOException {
    return Files.readString(FOLDER.resolve(fixture));
  }

  private record Trial(String fixture, Carrier carrier, Wrap wrap, int width, long seed) {
    static Trial of(String fixture, Carrier carrier, int width) {
      long seed = SEED + 1000L * carrier.ordinal() + width;
      Wrap wrap = Wrap.values()[new SplittableRandom(seed).nextInt(Wrap.values().length)];
      return new Trial(fixture, carrier, carrier.canBeWrapped() ? wrap : Wrap.NONE, width, seed);
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void theSameReportComesOut(String fixture) throws IOException {
    String text = text(fixture);
    MemoryReport plain = only(Shown.read(text));
    assertThat(plain.problems()).isEmpty();
    String all = Shown.of(plain);
    String core = Shown.core(plain);
    List<Trial> undecided = new ArrayList<>();
    int trials = 0;
    for (Carrier carrier : Carrier.values()) {
      int narrowest = NARROWEST + carrier.ordinal() % STEP;
      for (int width = narrowest; width <= WIDEST; width += STEP) {
        Trial trial = Trial.of(fixture, carrier, width);
        List<MemoryReport> reports =
            Shown.read(render(text, carrier, trial.wrap, width, trial.seed));
        boolean torn = carrier == Carrier.PLAIN && trial.wrap == Wrap.COLUMN;
        if (!torn) {
          assertThat(reports).as("%s", trial).hasSize(1);
          assertThat(Shown.core(reports.getFirst())).as("%s", trial).isEqualTo(core);
        }
        trials++;
        if (reports.size() != 1 || !Shown.of(reports.getFirst()).equals(all)) {
          undecided.add(trial);
        }
      }
    }
    assertThat(undecided)
        .hasSizeLessThanOrEqualTo(trials * MOST_UNDECIDABLE_IN_1000 / 1000)
        .allMatch(t -> t.carrier == Carrier.PLAIN || t.wrap != Wrap.NONE);
  }

  private static MemoryReport only(List<MemoryReport> reports) {
    assertThat(reports).hasSize(1);
    return reports.getFirst();
  }

  /** A log of one report with unrelated lines before, in and between the halves of lines. */
  private static String render(String text, Carrier carrier, Wrap wrap, int width, long seed) {
    Rendering rendering = new Rendering(carrier, seed);
    SplittableRandom random = new SplittableRandom(seed);
    int cut = Math.max(width, carrier.mark("host", 69_477_000_000L, TASK).length() + LEAST_TEXT);
    int form = random.nextInt(4);
    List<String> lines = new ArrayList<>();
    for (List<String> message : Rendering.messages(text)) {
      lines.addAll(rendering.lines(message, "host", TASK, form));
    }
    lines = rendering.withNoise(lines, 4, "host", TASK);
    lines = Rendering.wrapped(lines, wrap, cut);
    if (wrap != Wrap.COLUMN && random.nextBoolean()) {
      lines = rendering.withNoise(lines, 8, "host", TASK);
    }
    String end = random.nextInt(4) == 0 ? "\r\n" : "\n";
    return String.join(end, lines) + end;
  }

  /** Two CPUs print at once; the callers, or the hosts, tell their lines apart. */
  @Test
  void interleavedReportsAreSeparated() throws IOException {
    List<String> names = fixtures().toList();
    for (Carrier carrier : Carrier.values()) {
      boolean hosts = carrier.mark("host", 0, 1).contains("host");
      if (!carrier.hasCaller() && !hosts) {
        continue;
      }
      for (int i = 0; i < names.size(); i++) {
        String first = text(names.get(i));
        String second = text(names.get((i + 5) % names.size()));
        long seed = SEED + 100L * carrier.ordinal() + i;
        String log = interleaved(first, second, carrier, seed);
        List<MemoryReport> reports = Shown.read(log);
        assertThat(reports)
            .as("%s, %s and another, seed %d", carrier, names.get(i), seed)
            .extracting(Shown::of)
            .containsExactly(Shown.of(only(Shown.read(first))), Shown.of(only(Shown.read(second))));
      }
    }
  }

  private static String interleaved(String first, String second, Carrier carrier, long seed) {
    Rendering rendering = new Rendering(carrier, seed);
    SplittableRandom random = new SplittableRandom(seed);
    List<List<String>> a = Rendering.messages(first);
    List<List<String>> b = Rendering.messages(second);
    String other = carrier.hasCaller() ? "host" : "host2";
    List<String> lines = new ArrayList<>(rendering.lines(a.removeFirst(), "host", TASK, 1));
    while (!a.isEmpty() || !b.isEmpty()) {
      boolean fromA = b.isEmpty() || (!a.isEmpty() && random.nextBoolean());
      List<String> message = fromA ? a.removeFirst() : b.removeFirst();
      lines.addAll(rendering.lines(message, fromA ? "host" : other, fromA ? TASK : 77, 1));
      if (random.nextInt(5) == 0) {
        lines.add(rendering.noise("host", 4242));
      }
    }
    return String.join("\n", lines) + "\n";
  }

  @Test
  void whatNothingTellsApartIsSaid() throws IOException {
    String text = text("vmalloc-6.1.txt");
    List<String> lines = text.lines().toList();
    int memory = lines.indexOf("Mem-Info:");
    String changed = text.replaceAll("free:(\\d)", "free:9$1");
    String log =
        String.join("\n", lines.subList(0, memory))
            + "\n"
            + text
            + changed.substring(changed.indexOf("Node 0 "));
    List<MemoryReport> reports = Shown.read(log);
    assertThat(reports).hasSize(2);
    assertThat(reports.getFirst().problems())
        .contains(
            "test.log:1: another report begins in line "
                + (memory + 1)
                + " before the memory of this one: it is cut off, or two CPUs printed at once",
            "test.log:1: the report has no zones");
    assertThat(reports.getLast().problems())
        .anyMatch(
            p -> p.contains("zone DMA of node 0 is printed a second time, with other figures"));
  }

  /** Every report of a log in its order, and the lines where they stand. */
  @Test
  void aLogWithAllEras() throws IOException {
    StringBuilder log = new StringBuilder();
    List<String> expected = new ArrayList<>();
    List<Long> begins = new ArrayList<>();
    List<Long> ends = new ArrayList<>();
    long line = 0;
    for (String fixture : fixtures().toList()) {
      String text = text(fixture);
      expected.add(Shown.of(only(Shown.read(text))));
      begins.add(line + 1);
      line += text.lines().count();
      ends.add(line);
      log.append(text);
    }
    List<MemoryReport> reports = Shown.read(log.toString());
    assertThat(reports).extracting(Shown::of).containsExactlyElementsOf(expected);
    assertThat(reports).extracting(r -> r.place().line()).containsExactlyElementsOf(begins);
    assertThat(reports).extracting(MemoryReport::lastLine).containsExactlyElementsOf(ends);
  }
}
