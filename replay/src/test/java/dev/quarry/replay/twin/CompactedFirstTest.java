package dev.quarry.replay.twin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.physical.Gfp;
import dev.quarry.reclaim.compact.Compaction;
import dev.quarry.replay.movable.CompactionRun;
import dev.quarry.replay.movable.Unmovable;
import dev.quarry.replay.read.Fixtures;
import dev.quarry.virtual.space.MapFlags;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A machine whose process holds some of its pages, and its twin: what compaction does to the
 * stand-ins of the twin is what it does to the pages of the process.
 */
class CompactedFirstTest {
  private static final long AT = 0x1000_0000L;
  private static final long PAGE = 4096;
  private static final int PAGES = 6000;
  private static final int DONTNEED = 4;

  @TempDir Path folder;

  /** A machine of 32 MiB; each of the process's pages is given back with a chance. */
  private static Machine fragmented(long seed, int percent) {
    Machine machine =
        Machine.boot(
            MachineSpecReader.read(
                "host",
                "cpus 0\nmemory 0x1000-32M\nzone DMA below=4M\nzone DMA32 below=4G\nzone Normal"));
    Cpu cpu = machine.cpu(0);
    Process process = Objects.requireNonNull(machine.processes().spawn(cpu));
    SystemCalls calls = new SystemCalls(cpu, process);
    long how = 2 | MapFlags.MAP_ANONYMOUS | 0x10;
    calls.mmap(AT, PAGES * PAGE, 3, how, -1, 0);
    for (int i = 0; i < PAGES; i++) {
      process.store(cpu, AT + i * PAGE, 8, i + 1);
    }
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < PAGES; i++) {
      if (random.nextInt(100) < percent) {
        calls.madvise(AT + i * PAGE, PAGE, DONTNEED);
      }
    }
    machine.reclaim().drainAll();
    machine.allocator().drainAllPages();
    return machine;
  }

  @ParameterizedTest
  @ValueSource(ints = {15, 30, 50, 70})
  void theTwinIsCompactedAsItsHostIs(int percent) throws IOException {
    try (Machine host = fragmented(percent, percent)) {
      Twin twin = Twin.of(Hosts.files(host, folder));
      Question question = Question.near(host, 6, Gfp.GFP_NOWAIT, 0, 1 << 20);
      TwinReport report = TwinReport.of(twin, question);
      List<Compaction.ZoneRun> runs =
          host.reclaim().compaction().compactMemory(host.cpu(0)).stream()
              .filter(run -> run.moved() > 0)
              .toList();
      host.allocator().drainAllPages();
      Answer ofHost = question.ask(host);
      CompactedFirst compacted = report.compacted().getFirst();
      assertThat(report.compacted()).hasSize(1);
      assertThat(compacted.unmovable()).isNull();
      assertThat(compacted.zones().stream().filter(run -> run.moved() > 0))
          .as("pages moved, %d %%", percent)
          .extracting(CompactionRun::zone, CompactionRun::moved)
          .isEqualTo(runs.stream().map(run -> tuple(run.zone().toString(), run.moved())).toList());
      assertThat(compacted.answer().from()).isEqualTo(ofHost.from());
      assertThat(compacted.answer().successes())
          .isEqualTo(ofHost.successes())
          .isGreaterThan(report.answers().getFirst().successes());
    }
  }

  @Test
  void countsAloneGiveTheBestAndTheWorstCase() throws IOException {
    try (Machine host = fragmented(5, 50)) {
      Path counts =
          Hosts.copy(Hosts.files(host, folder), folder.resolve("c"), "zoneinfo", "buddyinfo");
      Question question = Question.near(host, 6, Gfp.GFP_NOWAIT, 0, 1 << 20);
      TwinReport report = TwinReport.of(Twin.of(counts), question);
      assertThat(report.compacted())
          .extracting(CompactedFirst::unmovable)
          .containsExactly(Unmovable.TOGETHER, Unmovable.SPREAD);
      long best = report.compacted().getFirst().answer().successes();
      long worst = report.compacted().getLast().answer().successes();
      assertThat(best).isGreaterThan(worst).isGreaterThan(report.answers().getFirst().successes());
      assertThat(TwinText.answer(report, false))
          .contains("after compaction, if pages that cannot move lie together: yes, " + best)
          .contains("if pages that cannot move lie anywhere: ");
      assertThat(TwinJson.of(report))
          .isEqualTo(TwinJson.of(TwinReport.of(Twin.of(counts), question)))
          .contains("\"after_compaction\" : [ {", "\"unmovable\" : \"together\"")
          .contains("\"unmovable\" : \"spread\"", "\"moved_pages\" : ");
    }
  }

  @Test
  void singlePagesNeedNone() {
    Twin twin = Twin.of(Fixtures.tiny().resolve("before"));
    Question question = new Question(0, Gfp.GFP_KERNEL, 1, 0, 5);
    assertThat(TwinReport.of(twin, question).compacted()).isEmpty();
  }
}
