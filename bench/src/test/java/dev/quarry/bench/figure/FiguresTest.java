package dev.quarry.bench.figure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.bench.probe.BootProbe;
import dev.quarry.bench.probe.CompactionProbe;
import dev.quarry.bench.probe.HeldProbe;
import dev.quarry.bench.probe.ReplayProbe;
import dev.quarry.bench.report.GrowthPlot;
import dev.quarry.bench.run.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The parts of figures that are not JMH's. */
class FiguresTest {
  private static final Path TINY = Path.of("../replay/src/test/resources/recordings/tiny");

  @Test
  void figuresAreFoundByName() {
    assertThat(Figures.of(List.of(), TINY, TINY).keySet())
        .containsExactlyElementsOf(Figures.names());
    assertThat(Figures.of(List.of("all"), TINY, TINY)).hasSize(Figures.names().size());
    assertThat(Figures.of(List.of("g1", "P4"), TINY, TINY).keySet()).containsExactly("P4", "G1");
    assertThatThrownBy(() -> Figures.of(List.of("P9"), TINY, TINY))
        .hasMessage(
            "there is no figure P9; there are P1, P2, P3, P4, P5, P6, CHECKS, PAIR, VMALLOC, V1, V2,"
                + " V3, V4, V5, RECLAIM, SWAP, COMPACT, POLICIES, B1, B2, G1, R1, R2, REFS, T3");
  }

  @Test
  void aRecordingIsReadAndPlayed() throws IOException {
    List<String> lines = Programs.fresh(ReplayProbe.class, List.of(), TINY.toString(), "1", "1");
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0)).startsWith("read ");
    assertThat(Double.parseDouble(lines.get(1).substring("play ".length()))).isPositive();
  }

  @Test
  void theProbeOfSlabEventsPrintsWhatItReadAndPlayed() throws IOException {
    Path example = Path.of("../examples/compile");
    List<String> lines =
        Programs.fresh(ReplayProbe.class, List.of(), example.toString(), "0", "1", "slab");
    assertThat(lines).hasSize(2);
    assertThat(lines.getFirst()).matches("read \\d+.*");
    assertThat(lines.getLast()).matches("play \\d+.*");
  }

  @Test
  void theMachineBootsInAFreshJvm() throws IOException {
    assertThat(Programs.fresh(BootProbe.class, List.of(), "0", "2"))
        .hasSize(2)
        .allSatisfy(nanos -> assertThat(Long.parseLong(nanos)).isPositive());
  }

  @Test
  void compactionMovesHalfOfThePagesAtMost() throws IOException {
    List<String> lines = Programs.fresh(CompactionProbe.class, List.of(), "32", "0", "1");
    assertThat(lines).hasSize(3);
    assertThat(Long.parseLong(lines.get(0))).isBetween(1000L, 4096L);
    assertThat(Long.parseLong(lines.get(1))).isPositive();
    assertThat(Long.parseLong(lines.get(2))).isPositive();
  }

  @ParameterizedTest
  @CsvSource({"quarry, fine", "quarry, course", "netty, pooled", "netty, adaptive"})
  void anAllocatorHoldsMoreThanWasAskedForAndNotMuchMore(String kind, String name)
      throws IOException {
    List<String> jvmArgs = List.of("--sun-misc-unsafe-memory-access=allow");
    List<String> lines = Programs.fresh(HeldProbe.class, jvmArgs, kind, name, "20000");
    assertThat(lines)
        .hasSize(2)
        .allSatisfy(held -> assertThat(Double.parseDouble(held)).isBetween(1.0, 4.0));
  }

  @Test
  void aPlotIsAPicture(@TempDir Path folder) throws IOException {
    GrowthPlot plot = new GrowthPlot("cost", "blocks", "ns");
    plot.curve("buddy", Map.of(1, 3.0, 1000, 4.0));
    plot.write(folder.resolve("plot.svg"));
    assertThat(Files.readString(folder.resolve("plot.svg"))).contains("<svg").contains("</svg>");
  }
}
