package dev.quarry.replay.recording;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.KernelRelease;
import dev.quarry.machine.MachineSpec;
import dev.quarry.physical.GfpVocabulary;
import dev.quarry.physical.Zone;
import dev.quarry.replay.read.Fixtures;
import dev.quarry.replay.snapshot.Finding;
import dev.quarry.replay.snapshot.Snapshot;
import dev.quarry.replay.snapshot.SnapshotChecks;
import dev.quarry.replay.snapshot.SnapshotMachine;
import dev.quarry.replay.snapshot.ZoneInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real machine's recording, against what its recorder counted. */
class ExampleRecordingTest {
  private static long[] count(Recording recording, boolean withinOnly) {
    long[] counts = new long[PageEventKind.values().length];
    PageEventOptions options =
        PageEventOptions.of(
                EventPolicy.STRICT, GfpVocabulary.of(KernelRelease.parse("6.18"))::parse)
            .bounds(6_553_599, 10, 5);
    try (PageEvents reader = recording.pageEvents(options)) {
      while (reader.next()) {
        if (!withinOnly || recording.interval().contains(reader.event().timeMicros())) {
          counts[reader.event().kind().ordinal()]++;
        }
      }
    }
    return counts;
  }

  @Test
  void theExampleHasTheEventsThatItsRecorderCounted() {
    Recording recording = Recording.open(Fixtures.example());
    assertThat(count(recording, false))
        .containsExactly(105_353, 0, 99_144, 93_793, 20_058, 5_775, 0);
    assertThat(count(recording, true))
        .containsExactly(103_834, 0, 95_721, 91_626, 20_052, 5_184, 0);
  }

  @Test
  void theExampleIsSmallEnoughToBePartOfTheProject() throws IOException {
    try (Stream<Path> files = Files.walk(Fixtures.example())) {
      long bytes =
          files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
      assertThat(bytes).isLessThan(1_300_000);
    }
  }

  @Test
  void theExamplesStateIsSoundButForOnePage() {
    Snapshot before = Recording.open(Fixtures.example()).before();
    List<Finding> findings = SnapshotChecks.requireUsable(before);
    assertThat(findings)
        .filteredOn(finding -> finding.text().contains("exact"))
        .extracting(Finding::toString)
        .containsExactly(
            "before/exact.txt.xz:4: node 0 zone Normal: exact and buddyinfo differ by 1 blocks;"
                + " order 0: 752 and 753");
  }

  @Test
  void theMachineThatTheExampleMakesHasTheNumbersOfItsZoneinfo() {
    Recording recording = Recording.open(Fixtures.example());
    Snapshot before = recording.before();
    SnapshotMachine derived = recording.machine(before);
    assertThat(derived.notes()).isEmpty();
    MachineSpec spec = derived.spec();
    assertThat(spec.name()).isEqualTo("compile");
    assertThat(spec.sysctls().minFreeKbytes()).hasValue(67_584);
    assertThat(spec.sysctls().watermarkScaleFactor()).isEqualTo(10);
    assertThat(spec.cpuNodes()).containsExactly(0, 0);
    try (Machine machine = Machine.boot(spec)) {
      for (ZoneInfo.Zone zone : before.zoneInfo().orElseThrow().populated()) {
        sameNumbers(zone, machine);
      }
    }
  }

  private static void sameNumbers(ZoneInfo.Zone expected, Machine machine) {
    Zone zone =
        machine.memory().zones().stream()
            .filter(other -> other.type() == expected.id().type())
            .findFirst()
            .orElseThrow();
    assertThat(zone.startPfn()).isEqualTo(expected.startPfn());
    assertThat(zone.spanned()).isEqualTo(expected.size().spanned());
    assertThat(zone.present()).isEqualTo(expected.size().present());
    assertThat(zone.managed()).isEqualTo(expected.size().managed());
    assertThat(zone.mark(Zone.MIN)).isEqualTo(expected.watermarks().min());
    assertThat(zone.mark(Zone.LOW)).isEqualTo(expected.watermarks().low());
    assertThat(zone.mark(Zone.HIGH)).isEqualTo(expected.watermarks().high());
    assertThat(zone.mark(Zone.PROMO)).isEqualTo(expected.watermarks().promo());
    for (int i = 0; i < expected.protection().size(); i++) {
      assertThat(zone.lowmemReserve(i)).isEqualTo(expected.protection().get(i));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"w1_compile", "w2_redis", "w4_files", "w8_fork"})
  void otherRecordingsAgreeWithTheirAnalysis(String name) throws IOException {
    Optional<Path> folder = Fixtures.shared(name);
    Assumptions.assumeTrue(folder.isPresent(), "recording " + name + " is not here");
    Recording recording = Recording.open(folder.orElseThrow());
    JsonNode expected =
        JsonMapper.builder()
            .build()
            .readTree(Files.readAllBytes(folder.orElseThrow().resolve("analysis.json")))
            .path("events");
    long[] counts = count(recording, true);
    for (PageEventKind kind : PageEventKind.values()) {
      if (kind != PageEventKind.ALLOC_FAILED) {
        assertThat(counts[kind.ordinal()])
            .as(kind.mark())
            .isEqualTo(expected.path(kind.mark()).longValue(0));
      }
    }
    for (Snapshot state : List.of(recording.before(), recording.after().orElseThrow())) {
      SnapshotChecks.requireUsable(state);
      assertThat(recording.machine(state).notes()).isEmpty();
    }
  }
}
