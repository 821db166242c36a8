package dev.quarry.replay.pressure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.machine.Presets;
import dev.quarry.replay.faults.ProcessJson;
import dev.quarry.replay.faults.ProcessOptions;
import dev.quarry.replay.faults.ProcessReplay;
import dev.quarry.replay.faults.ProcessResult;
import dev.quarry.replay.faults.ProcessText;
import dev.quarry.replay.faults.ProcessVersusText;
import dev.quarry.replay.html.ProcessReport;
import dev.quarry.replay.html.RefReport;
import dev.quarry.replay.html.VersusReport;
import dev.quarry.replay.refs.RefException;
import dev.quarry.replay.refs.RefJson;
import dev.quarry.replay.refs.RefOptions;
import dev.quarry.replay.refs.RefReader;
import dev.quarry.replay.refs.RefReplay;
import dev.quarry.replay.refs.RefReportText;
import dev.quarry.replay.refs.RefResult;
import dev.quarry.replay.refs.RefSettings;
import dev.quarry.replay.refs.RefVersusText;
import dev.quarry.replay.trace.EventFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Recordings on machines that are too small for them: everything adds up, and is told alike. */
class PressureReplayTest {
  private static final Path SIEVE = Path.of("../examples/references/sieve.txt.xz");
  private static final Path FAULTS = Path.of("../examples/faults");
  private static final String[] SMALL = {"ram=2M", "swap=4M", "tlb=off"};
  private static final String[] GENERATIONS = {"ram=2M", "swap=4M", "tlb=off", "lru=mglru"};

  private static RefResult sieve(String... settings) throws IOException {
    RefOptions options =
        new RefOptions(Presets.get("course"), RefSettings.of(List.of(settings)), 100_000, true);
    try (EventFile file = EventFile.open(SIEVE, "sieve");
        RefReader reader = file.references(true)) {
      return RefReplay.play(reader, "sieve", options, _ -> {});
    }
  }

  private static ProcessResult faults(String... settings) {
    ProcessOptions options = ProcessOptions.of(List.of(settings), true);
    return ProcessReplay.faults(FAULTS, options, _ -> {});
  }

  private static long sum(PressureLog log, ToLongFunction<PressureSample> of) {
    return log.intervals().stream().mapToLong(of).sum();
  }

  /** What must be so in any log. */
  private static void addsUp(PressureLog log) {
    List<ToLongFunction<PressureSample>> all =
        List.of(
            PressureSample::majorFaults,
            PressureSample::refaults,
            PressureSample::scanned,
            PressureSample::scannedDirect,
            PressureSample::reclaimed,
            PressureSample::direct,
            PressureSample::swapIns,
            PressureSample::swapOuts,
            PressureSample::kills,
            PressureSample::stallNanos);
    for (ToLongFunction<PressureSample> of : all) {
      assertThat(sum(log, of)).isEqualTo(of.applyAsLong(log.total()));
      assertThat(log.intervals()).allMatch(sample -> of.applyAsLong(sample) >= 0);
    }
    PressureSample total = log.total();
    assertThat(total.reclaimed()).isBetween(total.direct(), total.scanned());
    assertThat(total.scannedDirect()).isBetween(total.direct(), total.scanned());
    long reads = total.majorFaults() * log.settings().readMicros() * 1000L;
    long writes = total.direct() * log.settings().writeMicros() * 1000L;
    assertThat(total.stallNanos()).isBetween(reads, reads + writes);
    assertThat(log.levels()).hasSameSizeAs(log.intervals());
    assertThat(log.levels())
        .allMatch(level -> level.min() <= level.low() && level.low() <= level.high())
        .allMatch(level -> level.free() >= 0 && level.swapped() >= 0 && level.resident() >= 0);
  }

  @Test
  void referencesInASmallMemory() throws IOException {
    RefResult enough = sieve("tlb=off");
    RefResult small = sieve(SMALL);
    RefResult generations = sieve(GENERATIONS);
    for (RefResult result : List.of(enough, small, generations)) {
      assertThat(result.invariants()).isEmpty();
      addsUp(result.pressure());
      assertThat(result.pages()).isEqualTo(enough.pages());
    }
    assertThat(enough.pressure().total().scanned()).isZero();
    for (RefResult result : List.of(small, generations)) {
      PressureSample total = result.pressure().total();
      // What a memory of half of the pages must at least take out, and bring back.
      assertThat(total.refaults()).isGreaterThan(enough.pages().getFirst());
      assertThat(total.swapOuts()).isBetween(200L, total.reclaimed());
      assertThat(result.faults().total())
          .isBetween(enough.faults().total() + total.swapIns() / 2, 20_000L);
      assertThat(result.pressure().levels())
          .allMatch(level -> level.resident() <= 256 && level.swapped() <= 1024);
    }
    assertThat(RefReportText.of(enough)).doesNotContain("pressure:");
    assertThat(RefReportText.of(small))
        .contains("pressure: ram=2M, swap of 4096 KiB, a read 90 us, a write 25 us")
        .contains("pages in swap", "marks: min ");
  }

  @Test
  void textJsonAndPageTellTheSame() throws IOException {
    RefResult first = sieve(SMALL);
    RefResult again = sieve(SMALL);
    RefResult second = sieve(GENERATIONS);
    String json = RefJson.of(first);
    assertThat(json).isEqualTo(RefJson.of(again));
    assertThat(RefReportText.of(first)).isEqualTo(RefReportText.of(again));
    assertThat(RefReport.of(first)).isEqualTo(RefReport.of(again));
    String versus = VersusReport.of("a", first, "b", second);
    assertThat(versus).isEqualTo(VersusReport.of("a", again, "b", second)).doesNotContain("@@");

    JsonNode pressure = read(json).get("pressure");
    PressureSample total = first.pressure().total();
    assertThat(pressure.at("/refaults/total").asLong()).isEqualTo(total.refaults());
    assertThat(pressure.at("/stall_ns/total").asLong()).isEqualTo(total.stallNanos());
    assertThat(pressure.at("/pages_at_ends_of_intervals/free").size())
        .isEqualTo(first.pressure().levels().size());

    JsonNode page = data(RefReport.of(first)).get("pressure");
    assertThat(names(page.get("charts"))).contains("Free memory", "Swapping", "Stalls");
    assertThat(names(page.at("/charts/0/lines"))).containsExactly("free", "high", "low", "min");
    assertThat(line(page, "Swapping", 0)).isEqualTo(total.swapIns());
    assertThat(line(page, "Swapping", 1)).isEqualTo(total.swapOuts());
    assertThat(line(page, "Refaults", 0)).isEqualTo(total.refaults());
    assertThat(page.at("/axis/ends").size()).isEqualTo(first.pressure().levels().size());

    JsonNode both = data(versus);
    assertThat(both.at("/head/names/1").asString()).isEqualTo("b");
    assertThat(both.at("/pressure/sides").size()).isEqualTo(2);
    for (JsonNode chart : both.at("/pressure/charts")) {
      assertThat(names(chart.get("lines"))).containsExactly("A", "B");
    }
    assertThat(line(both.get("pressure"), "Swapped in", 0)).isEqualTo(total.swapIns());
    assertThat(line(both.get("pressure"), "Swapped in", 1))
        .isEqualTo(second.pressure().total().swapIns());
    assertThat(RefVersusText.of(first, second))
        .contains("ram=2M,swap=4M,tlb=off", "refaults", "pages in swap, at most");
    JsonNode sides = read(RefJson.versus(first, second)).get("versus");
    assertThat(sides.get(1).at("/pressure/swapped_in/total").asLong())
        .isEqualTo(second.pressure().total().swapIns());
  }

  @Test
  void processesInASmallMemory() {
    try (ProcessResult enough = faults();
        ProcessResult small = faults("ram=20M", "swap=64M", "lru=classic");
        ProcessResult again = faults("ram=20M", "swap=64M", "lru=classic");
        ProcessResult other = faults("ram=20M", "swap=64M", "lru=mglru")) {
      for (ProcessResult result : List.of(enough, small, other)) {
        addsUp(result.pressure());
        assertThat(result.machine().invariants()).isEmpty();
      }
      PressureSample total = small.pressure().total();
      assertThat(enough.pressure().total().scanned()).isZero();
      assertThat(total.reclaimed()).isPositive();
      // A page of a file that went is read again, though all were in memory at first.
      assertThat(total.majorFaults()).isPositive();
      assertThat(total.stallNanos()).isPositive();
      // What tasks wrote is not zeros: it goes to swap, and comes back.
      assertThat(total.swapOuts()).isGreaterThan(100);
      assertThat(total.swapIns()).isGreaterThan(100);
      assertThat(ProcessText.of(enough)).doesNotContain("pressure:");
      assertThat(ProcessText.of(small))
          .isEqualTo(ProcessText.of(again))
          .contains("pressure: ram=20M");
      assertThat(ProcessJson.of(small)).isEqualTo(ProcessJson.of(again));
      String page = ProcessReport.of(small, List.of("ram=20M"));
      assertThat(page).isEqualTo(ProcessReport.of(again, List.of("ram=20M")));
      assertThat(line(data(page).get("pressure"), "Refaults", 1)).isEqualTo(total.majorFaults());
      assertThat(data(page).at("/pressure/axis/isTime").asBoolean()).isTrue();
      assertThat(ProcessVersusText.of("a", small, "b", other)).contains("stalls, us", "killed");
      JsonNode both = data(VersusReport.of("a", small, "b", other));
      assertThat(line(both.get("pressure"), "Pages freed", 1))
          .isEqualTo(other.pressure().total().reclaimed());
      JsonNode json = read(ProcessJson.versus(small, other));
      assertThat(json.at("/second/pressure/scanned/total").asLong())
          .isEqualTo(other.pressure().total().scanned());
    }
  }

  @Test
  void whereMemoryIsEnoughThatIsAllThereIsToTell() {
    try (ProcessResult result = faults("ram=8G", "swap=64M")) {
      assertThat(ProcessText.of(result)).contains("memory was enough: no page was looked at");
    }
  }

  @Test
  void settingsThatCannotBeAreRefused() {
    assertThatThrownBy(() -> RefSettings.of(List.of("storage_read_us=x")))
        .isInstanceOf(RefException.class)
        .hasMessageContaining("\"x\" is not 0 to 1000000 microseconds");
    assertThatThrownBy(() -> RefSettings.of(List.of("pages=2M", "swap=8M")))
        .isInstanceOf(RefException.class)
        .hasMessageContaining("pages=2M are not taken away");
    assertThatThrownBy(() -> RefSettings.of(List.of("lro=mglru")))
        .isInstanceOf(RefException.class)
        .hasMessageContaining("lru");
  }

  private static List<String> names(JsonNode array) {
    return array.valueStream().map(node -> node.get("name").asString()).toList();
  }

  /** The sum of a chart's line. */
  private static long line(JsonNode pressure, String chart, int line) {
    JsonNode found =
        pressure
            .get("charts")
            .valueStream()
            .filter(node -> node.get("name").asString().equals(chart))
            .findFirst()
            .orElseThrow();
    return found.get("lines").get(line).get("data").valueStream().mapToLong(JsonNode::asLong).sum();
  }

  private static JsonNode read(String json) {
    return JsonMapper.builder().build().readTree(json);
  }

  private static JsonNode data(String page) {
    String start = "<script type=\"application/json\" id=\"data\">";
    int from = page.indexOf(start) + start.length();
    return read(page.substring(from, page.indexOf("</script>", from)));
  }
}
