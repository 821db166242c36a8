package dev.quarry.replay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.replay.calls.PlayedProcess;
import dev.quarry.replay.pressure.PressureSettings;
import dev.quarry.replay.read.Fixtures;
import dev.quarry.replay.read.Mutations;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.virtual.fault.FaultLeaf;
import dev.quarry.virtual.space.RssKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Recordings of faults: small ones by hand, the example, real ones, damaged ones. */
class ProcessReplayTest {
  private static final long PAGE = 4096;
  private static final long AT = 0x7fff_f700_0000L;
  private static final int ANON = 0x32; // private, anonymous, fixed
  private static final int FILE = 0x12; // private, fixed
  private static final ProcessOptions USUAL = ProcessOptions.of(List.of(), false);

  @TempDir Path folder;

  private ProcessResult play(FaultText text, String... settings) throws IOException {
    Path recording = text.in(folder.resolve("r"));
    ProcessOptions options = ProcessOptions.of(List.of(settings), false);
    ProcessResult result = ProcessReplay.faults(recording, options, _ -> {});
    assertThat(result.machine().invariants()).isEmpty();
    return result;
  }

  private static PlayedProcess process(ProcessResult result, int pid) {
    return result.processes().stream().filter(p -> p.pid() == pid).findFirst().orElseThrow();
  }

  private static FaultText program() {
    return new FaultText().fork(1, "vfork", "", 2).exec(2, "/bin/a");
  }

  private static FaultText anonymous(FaultText text, int tid, int pages) {
    text.mmap(tid, AT, pages * PAGE, 3, ANON, -1);
    for (int i = 0; i < pages; i++) {
      text.write(tid, AT + i * PAGE);
    }
    return text;
  }

  @Test
  void demandZeroCopyOnWriteAndReuse() throws IOException {
    FaultText text = anonymous(program(), 2, 3);
    text.fork(2, "clone", "clone_flags: 0x1200011, newsp: 0", 3);
    text.writeProtected(3, AT).writeProtected(3, AT + PAGE); // copies
    text.counted(3, 77, "MM_ANONPAGES", 4).exit(3, true);
    text.writeProtected(2, AT); // nobody else's any more
    try (ProcessResult result = play(text)) {
      PlayedProcess parent = process(result, 2);
      PlayedProcess child = process(result, 3);
      assertThat(parent.leaves())
          .containsExactlyInAnyOrderEntriesOf(
              Map.of(FaultLeaf.DEMAND_ZERO, 3L, FaultLeaf.COW_REUSE, 1L));
      assertThat(child.leaves()).containsExactlyEntriesOf(Map.of(FaultLeaf.COW_COPY, 2L));
      assertThat(child.presenceRight()).isEqualTo(2);
      assertThat(child.rss(RssKind.ANON)).as("three, and the stack's first").isEqualTo(4);
      assertThat(child.kernelRss(RssKind.ANON)).isEqualTo(4);
      assertThat(child.hasEnded()).isTrue();
      assertThat(parent.hasEnded()).isFalse();
    }
  }

  @Test
  void faultAroundMakesLaterReadsNoFaults() throws IOException {
    FaultText text = program().mmap(2, AT, 40 * PAGE, 1, FILE, 3);
    text.read(2, AT + 20 * PAGE).read(2, AT + 25 * PAGE).read(2, AT + 33 * PAGE);
    try (ProcessResult result = play(text)) {
      PlayedProcess p = process(result, 2);
      assertThat(p.predictedFaults()).isEqualTo(2);
      assertThat(p.missedReads()).isEqualTo(1);
      assertThat(p.rss(RssKind.FILE)).isEqualTo(16 + 8);
    }
    try (ProcessResult result = play(text, "fault_around_bytes=4096")) {
      assertThat(process(result, 2).predictedFaults()).isEqualTo(3);
      assertThat(process(result, 2).rss(RssKind.FILE)).isEqualTo(3);
    }
  }

  /**
   * Code that runs must be mapped: where it is not, the model has a fault that the kernel had not.
   */
  @Test
  void whatTheKernelRanIsMapped() throws IOException {
    FaultText text = program().mmap(2, AT, 40 * PAGE, 5, FILE, 3);
    text.mmap(2, AT + 64 * PAGE, PAGE, 3, ANON, -1);
    text.byKernel(2, AT + 64 * PAGE, "copy_folio_from_iter_atomic", 0);
    text.byKernel(2, AT + 64 * PAGE, "fault_in_readable", 0);
    text.execute(2, AT);
    try (ProcessResult result = play(text)) {
      PlayedProcess p = process(result, 2);
      assertThat(p.leaves())
          .containsExactlyInAnyOrderEntriesOf(
              Map.of(FaultLeaf.ATOMIC, 1L, FaultLeaf.ZERO_PAGE, 1L, FaultLeaf.FILE_AROUND, 1L));
      assertThat(p.kernelModeFaults()).isEqualTo(2);
      assertThat(p.faultsByCode()).isZero();
    }
    text.read(2, AT + 100 * PAGE); // ip 0: no code at all, nothing to be said
    try (ProcessResult result = play(text)) {
      assertThat(process(result, 2).unseenFaults()).isEqualTo(1);
    }
  }

  @Test
  void threadsAreOfTheirProcessUntilTheyExec() throws IOException {
    FaultText text = anonymous(program(), 2, 1);
    text.fork(2, "clone3", "uargs: 0x1, size: 0x58", 4).write(4, AT + 8 * PAGE);
    text.fork(2, "clone3", "uargs: 0x1, size: 0x58", 5).exec(5, "/bin/b");
    anonymous(text, 5, 2).exit(4, false).exit(5, true);
    try (ProcessResult result = play(text)) {
      assertThat(result.processes()).extracting(PlayedProcess::pid).containsExactly(1, 2, 5);
      assertThat(process(result, 2).actualFaults()).isEqualTo(2);
      assertThat(process(result, 5).program()).isEqualTo("/bin/b");
      assertThat(process(result, 5).leaves()).containsEntry(FaultLeaf.DEMAND_ZERO, 2L);
    }
  }

  @Test
  void whoWasThereBeforeIsNotJudged() throws IOException {
    FaultText text = anonymous(new FaultText(), 9, 2);
    text.write(9, 0x1000_0000L).writeProtected(9, 0x1000_0000L);
    text.fork(9, "clone", "clone_flags: 0x11, newsp: 0", 10).writeProtected(10, AT);
    try (ProcessResult result = play(text)) {
      assertThat(result.known()).isEmpty();
      assertThat(process(result, 9).unseenFaults()).isEqualTo(2);
      assertThat(process(result, 10).leaves()).containsEntry(FaultLeaf.COW_COPY, 1L);
      assertThat(ProcessText.of(result)).contains("2; their spaces are");
    }
  }

  @Test
  void theExampleIsPredictedToTheLastFault() throws IOException {
    Path example = Path.of("../examples/faults");
    try (ProcessResult result = ProcessReplay.faults(example, USUAL, _ -> {})) {
      assertThat(result.judged()).hasSize(6);
      for (PlayedProcess p : result.judged()) {
        assertThat(p.predictedFaults()).as("%s", p.program()).isEqualTo(p.actualFaults());
        assertThat(p.presenceRight()).isEqualTo(p.actualFaults());
        assertThat(p.rss(RssKind.ANON)).isEqualTo(p.kernelRss(RssKind.ANON));
        assertThat(p.placedRight()).isEqualTo(p.placed());
      }
      assertThat(result.machine().invariants()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = "w2_redis.fm")
  void realProcessesAreWithinTwoPercent(String name) throws IOException {
    Optional<Path> recording = Fixtures.shared(name);
    assumeTrue(recording.isPresent(), "no ../shared/traces/" + name + " beside the repository");
    try (ProcessResult result = ProcessReplay.faults(recording.orElseThrow(), USUAL, _ -> {})) {
      assertThat(result.judged()).hasSizeGreaterThan(15);
      assertThat(result.near()).isEqualTo(result.judged().size());
    }
  }

  @Test
  void damagedFilesAreCountedOrRefusedWithTheirPlace() throws IOException {
    Path recording = anonymous(program(), 2, 2).exit(2, true).in(folder.resolve("r"));
    Files.writeString(
        recording.resolve("ev.F.txt"),
        """
        #t0 soon
        q 1 0 2 1000 0 6
        u 1 0 2 xyz 0 6
        u 1 0 2 ffff800000001000 0 6
        u 1 0 2 1000 0 92000047
        u 1 0 2 7ff\
        """);
    try (ProcessResult result = ProcessReplay.faults(recording, USUAL, _ -> {})) {
      assertThat(result.wrong().report())
          .anyMatch(line -> line.contains("ev.F.txt:1:"))
          .anyMatch(line -> line.contains("ev.F.txt:2:"))
          .anyMatch(line -> line.contains("ev.F.txt:3:"))
          .anyMatch(line -> line.contains("another architecture") && line.contains("ev.F.txt:4:"))
          .anyMatch(line -> line.contains("ev.F.txt:6:"));
    }
    ProcessOptions strict = ProcessOptions.of(List.of(), true);
    assertThatExceptionOfType(RecordingException.class)
        .isThrownBy(() -> ProcessReplay.faults(recording, strict, _ -> {}).close())
        .withMessageStartingWith("ev.F.txt:1: ");
    Files.delete(recording.resolve("ev.O.txt"));
    assertThatExceptionOfType(RecordingException.class)
        .isThrownBy(() -> ProcessReplay.faults(recording, USUAL, _ -> {}).close())
        .withMessageContaining("has no ev.O");
  }

  /** The idle task's number is one; it has no faults of its own. */
  @Test
  void aFaultOfNoThreadIsCounted() throws IOException {
    Path recording = anonymous(program(), 2, 1).in(folder.resolve("r"));
    String text = "u 1 0 0 1000 0 6\nu 1 0 x 1000 0 6\nu 1 0 -5 1000 0 6\n";
    Files.writeString(recording.resolve("ev.F.txt"), text);
    try (ProcessResult result = ProcessReplay.faults(recording, USUAL, _ -> {})) {
      assertThat(result.wrong().total()).isEqualTo(2);
      assertThat(result.wrong().report().getFirst()).contains("first ev.F.txt:2: ");
      assertThat(process(result, 2).actualFaults()).isZero();
    }
  }

  /** Whatever a file says, it is played or refused; the machine stays sound. */
  @ParameterizedTest
  @ValueSource(strings = {"ev.F.txt", "ev.O.txt", "strace"})
  void changedFilesAreNoMishaps(String which) throws IOException {
    long seed = 7;
    Mutations mutations = new Mutations(seed);
    FaultText text = anonymous(program(), 2, 4).mmap(2, AT, 40 * PAGE, 3, FILE, 3);
    text.fork(2, "clone", "clone_flags: 0x11, newsp: 0", 3).writeProtected(3, AT);
    text.call(3, "mremap", "addr: 0x7ffff7000000, old_len: 8192, new_len: 16384, flags: 1", AT);
    text.call(3, "madvise", "start: 0x7ffff7000000, len_in: 4096, behavior: 4", 0);
    Path recording = text.read(3, AT + 3 * PAGE).exit(3, true).in(folder.resolve("r"));
    Path strace = Path.of("../examples/pipe.strace");
    byte[] original =
        Files.readAllBytes(which.equals("strace") ? strace : recording.resolve(which));
    for (int round = 0; round < 40; round++) {
      byte[] bytes = mutations.mutate(mutations.mutate(original));
      Path file = Files.write(recording.resolve(which), bytes);
      try (ProcessResult result =
          which.equals("strace")
              ? ProcessReplay.strace(file, USUAL, _ -> {})
              : ProcessReplay.faults(recording, USUAL, _ -> {})) {
        assertThat(ProcessJson.of(result)).startsWith("{");
        assertThat(ProcessText.of(result)).isNotEmpty();
        if (round % 10 == 0) {
          assertThat(result.machine().invariants()).as("seed %d round %d", seed, round).isEmpty();
        }
      } catch (RecordingException refused) {
        assertThat(refused.getMessage()).startsWith(which);
      }
    }
  }

  @Test
  void settingsAreChecked() {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> ProcessOptions.of(List.of("page_cache=half"), false))
        .withMessageContaining("full or empty");
    assertThat(ProcessOptions.of(List.of("fault_around_bytes=4K", "ram=8G"), false))
        .isEqualTo(
            new ProcessOptions(
                List.of(), 4096, true, PressureSettings.NONE.with("ram", "8G"), false));
  }
}
