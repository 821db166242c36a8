package dev.quarry.replay.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.physical.Zone;
import dev.quarry.replay.play.KernelFrames.FrameLog;
import dev.quarry.replay.read.Fixtures;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.recording.Recording;
import dev.quarry.replay.score.Scores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayResultTest {
  @TempDir private Path folder;

  private static ReplayResult play(Path recording, List<String> settings, FrameLog frames) {
    ReplayOptions options = new ReplayOptions(settings, false, true, frames);
    return ReplayResult.play(Recording.open(recording), options, bytes -> {});
  }

  @Test
  void theExampleComesAsNearToTheKernelAsIsAskedFor() {
    AtomicLong named = new AtomicLong();
    AtomicLong same = new AtomicLong();
    FrameLog log =
        (request, pfn) -> {
          named.incrementAndGet();
          same.addAndGet(request.handle() == pfn ? 1 : 0);
        };
    try (ReplayResult result = play(Fixtures.example(), List.of(), log)) {
      Scores scores = result.scores().orElseThrow();
      assertThat(scores.exactFrames().of()).isEqualTo(103_834).isEqualTo(named.get());
      assertThat(scores.exactFrames().same()).isEqualTo(same.get()).isGreaterThan(103_700);
      assertThat(scores.freeBlocks().orElseThrow().pages().score()).isGreaterThan(0.98);
      assertThat(scores.freeBlocks().orElseThrow().blocks().score()).isGreaterThan(0.95);
      assertThat(scores.actual().refillPages()).isEqualTo(20_142);
      assertThat(scores.actual().drainPages()).isEqualTo(5_209);
      assertThat(scores.predicted().drainPages()).isBetween(5_100L, 5_400L);
      assertThat(result.machine().invariants()).isEmpty();
    }
  }

  @Test
  void theSameRecordingGivesTheSameBytes() {
    try (ReplayResult first = play(Fixtures.example(), List.of(), FrameLog.NONE);
        ReplayResult second = play(Fixtures.example(), List.of(), FrameLog.NONE)) {
      assertThat(ReplayText.of(first)).isEqualTo(ReplayText.of(second));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ram=8G",
        "ram=64G",
        "ram=2G",
        "nodes=2",
        "percpu=off",
        "cpus=1",
        "cpus=7",
        "zones=Normal",
        "max_order=9",
        "max_order=7,pageblock_order=7",
        "release=5.4",
        "release=2.6.32",
        "min_free_kbytes=1000000",
        "movablecore=12G",
        "ram=1600M,nodes=3"
      })
  void anotherMachineHoldsWhatTheRecordedOneHeld(String settings) {
    List<String> list = List.of(settings.split(","));
    try (ReplayResult result = play(Fixtures.example(), list, FrameLog.NONE)) {
      assertThat(result.machine().invariants()).isEmpty();
      assertThat(result.player().counters().allocations()).isEqualTo(103_834);
      assertThat(result.player().counters().unknownCpus()).isZero();
      assertThat(result.player().counters().freesOfStateBefore()).isGreaterThan(900);
      assertThat(result.scores()).isEmpty();
      long held = 0;
      for (Zone zone : result.machine().memory().zones()) {
        held += zone.managed() - zone.freePages() - zone.pcpPages();
      }
      // The recorded kernel held 390 thousand pages, 1,523 MiB, and 7 thousand more at the end.
      assertThat(held).isBetween(340_000L, 420_000L);
    }
  }

  @Test
  void aMachineThatIsTooSmallIsRefusedWithBothNumbers() {
    assertThatThrownBy(() -> play(Fixtures.example(), List.of("ram=512M"), FrameLog.NONE).close())
        .isInstanceOf(RecordingException.class)
        .hasMessageMatching(".*[0-9,]+ pages are held .* has room for 130,560");
  }

  @Test
  void requestsThatFailAreCountedWithTheirReasons() {
    List<String> small = List.of("ram=1600M", "min_free_kbytes=200000");
    try (ReplayResult result = play(Fixtures.example(), small, FrameLog.NONE)) {
      long failures = result.player().counters().failures();
      assertThat(failures).isPositive();
      assertThat(result.player().failures().reasons())
          .allSatisfy(reason -> assertThat(reason.text()).contains("below min"))
          .extracting(reason -> reason.count())
          .satisfies(counts ->
              assertThat(counts.stream().mapToLong(Long::longValue).sum()).isEqualTo(failures));
      assertThat(result.player().counters().freesOfFailed()).isPositive();
      assertThat(result.machine().invariants()).isEmpty();
    }
  }

  @Test
  void changedRecordingsLeaveASoundMachineOrAClearRefusal() throws IOException {
    long seed = 4_711;
    Random random = new Random(seed);
    int played = 0;
    for (int round = 0; round < 200; round++) {
      Path copy = Fixtures.copyTiny(Files.createDirectory(folder.resolve("round" + round)));
      mutate(copy, random);
      try (ReplayResult result = play(copy, List.of(), FrameLog.NONE)) {
        played++;
        assertThat(result.machine().invariants()).as("seed %d round %d", seed, round).isEmpty();
        assertThat(ReplayText.of(result)).isNotEmpty();
        assertThat(ReplayJson.of(result)).startsWith("{");
      } catch (RecordingException | dev.quarry.machine.SpecException e) {
        assertThat(e.getMessage()).as("seed %d round %d", seed, round).isNotBlank();
      }
    }
    assertThat(played).isGreaterThan(25);
  }

  /** Changes some bytes of one file, its digits most often. */
  private static void mutate(Path recording, Random random) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(recording)) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    Path file = random.nextInt(3) == 0 ? recording.resolve("ev.K.txt") : pick(files, random);
    byte[] bytes = Files.readAllBytes(file);
    for (int change = 0; change <= random.nextInt(3) && bytes.length > 0; change++) {
      int at = random.nextInt(bytes.length);
      boolean digit = bytes[at] >= '0' && bytes[at] <= '9';
      bytes[at] = (byte) (digit ? '0' + random.nextInt(10) : random.nextInt(256));
    }
    Files.write(file, bytes);
  }

  private static Path pick(List<Path> files, Random random) {
    return files.get(random.nextInt(files.size()));
  }
}
