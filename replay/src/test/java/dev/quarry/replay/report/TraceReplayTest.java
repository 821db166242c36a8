package dev.quarry.replay.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.machine.Presets;
import dev.quarry.replay.play.PlayCounters;
import dev.quarry.replay.read.Fixtures;
import dev.quarry.replay.read.RecordingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of events that users have, on a machine that they describe. */
class TraceReplayTest {
  private static final Path TRACES = Path.of("src/test/resources/traces");

  @TempDir private Path folder;

  private static ReplayResult onLaptop(Path file, String... settings) {
    ReplayOptions options = ReplayOptions.PLAIN.withSettings(List.of(settings));
    return TraceReplay.onMachine(file, Presets.get("laptop"), options, bytes -> {});
  }

  @ParameterizedTest
  @ValueSource(strings = {"perf-script.txt", "tracefs.txt", "trace-cmd.txt"})
  void everyFormatPlaysTheSameRequests(String name) {
    try (ReplayResult expected = onLaptop(TRACES.resolve("ev.K.txt"));
        ReplayResult result = onLaptop(TRACES.resolve(name))) {
      PlayCounters counters = result.player().counters();
      assertThat(counters.allocations()).isPositive();
      assertThat(counters.allocations()).isEqualTo(expected.player().counters().allocations());
      assertThat(counters.frees()).isEqualTo(expected.player().counters().frees());
      assertThat(counters.ofGfp()).isEqualTo(expected.player().counters().ofGfp());
      assertThat(result.machine().invariants()).isEmpty();
      assertThat(result.notes()).anyMatch(note -> note.startsWith("read as "));
    }
  }

  @Test
  void theMachineMayBeASnapshotsAndChanged() {
    ReplayOptions options = ReplayOptions.PLAIN.withSettings(List.of("cpus=1"));
    Path before = Fixtures.tiny().resolve("before");
    Path events = Fixtures.tiny().resolve("ev.K.txt");
    try (ReplayResult result = TraceReplay.onSnapshot(events, before, options, bytes -> {})) {
      assertThat(result.machine().spec().cpuNodes()).containsExactly(0);
      assertThat(result.player().counters().unknownCpus()).isZero();
      assertThat(result.machine().invariants()).isEmpty();
    }
  }

  @Test
  void whatIsNoTraceIsRefused() throws Exception {
    Path file = Files.writeString(folder.resolve("notes.txt"), "nothing of a trace\n");
    assertThatThrownBy(() -> onLaptop(file).close())
        .isInstanceOf(RecordingException.class)
        .hasMessageContaining("notes.txt")
        .hasMessageContaining("perf script");
  }
}
