package dev.quarry.replay.recording;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.quarry.replay.read.Fixtures;
import dev.quarry.replay.read.Mutations;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.snapshot.Snapshot;
import dev.quarry.replay.snapshot.SnapshotChecks;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged copies of the tiny recording: each is read, or refused with a file in the message, and
 * never costs much memory.
 */
class MutationTest {
  private static final long SEED = 20_260_101;
  private static final long MOST_BYTES = 48L << 20;
  private static final Pattern WITH_PLACE = Pattern.compile("[\\w./]+(:\\d+)?: .+");

  @TempDir Path folder;

  private final Mutations mutations = new Mutations(SEED);

  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS)
  void damagedEventsAreReadOrRefused() throws IOException {
    byte[] original = Files.readAllBytes(Fixtures.tiny().resolve("ev.K.txt"));
    Path plain = folder.resolve("ev.K.txt");
    int refused = 0;
    for (int i = 0; i < 4000; i++) {
      Files.write(plain, mutations.mutate(original));
      for (EventPolicy policy : EventPolicy.values()) {
        refused += refuses(i, "ev.K.txt", () -> readEvents(plain, policy)) ? 1 : 0;
      }
    }
    assertThat(refused).isBetween(1000, 4000);
  }

  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS)
  void damagedPackedEventsAreReadOrRefused() throws IOException {
    byte[] original = Files.readAllBytes(Fixtures.tiny().resolve("ev.K.txt"));
    byte[] xz = Fixtures.xz(original);
    byte[] zst = Fixtures.zst(original);
    for (int i = 0; i < 600; i++) {
      String name = i % 2 == 0 ? "ev.K.txt.xz" : "ev.K.txt.zst";
      byte[] packed = i % 2 == 0 ? xz : zst;
      Path file = Files.write(folder.resolve(name), mutations.mutate(packed));
      refuses(i, name, () -> readEvents(file, EventPolicy.LENIENT));
    }
  }

  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS)
  void damagedStatesAreReadOrRefused() throws IOException {
    Path copy = Fixtures.copyTiny(folder);
    List<String> files =
        List.of(
            "before/zoneinfo",
            "before/exact.txt",
            "before/pagetypeinfo",
            "before/buddyinfo",
            "before/free_blocks.txt",
            "before/classes.txt",
            "before/vmstat",
            "before/meminfo",
            "before/times.json",
            "meta.json");
    int refused = 0;
    for (String name : files) {
      byte[] original = Files.readAllBytes(copy.resolve(name));
      for (int i = 0; i < 300; i++) {
        Files.write(copy.resolve(name), mutations.mutate(original));
        refused += refuses(i, name, () -> readState(copy)) ? 1 : 0;
      }
      Files.write(copy.resolve(name), original);
    }
    assertThat(refused).isBetween(1000, 3000);
  }

  private static void readEvents(Path file, EventPolicy policy) {
    PageEventOptions options = PageEventOptions.of(policy, String::length).bounds(8191, 10, 5);
    try (PageEventReader reader =
        PageEventReader.open(file, file.getFileName().toString(), options)) {
      while (reader.next()) {
        assertThat(reader.event().pfn()).isBetween(-1, 8191);
        assertThat(reader.event().order()).isBetween(0, 10);
      }
      assertThat(reader.problems().report().size()).isLessThan(EventProblem.values().length + 1);
    }
  }

  private static void readState(Path copy) {
    Recording recording = Recording.open(copy);
    Snapshot before = recording.before();
    assertThat(SnapshotChecks.check(before)).allSatisfy(f -> assertThat(f.toString()).isNotEmpty());
    recording.machine(before);
  }

  /** Whether it is refused; fails if that happens in another way than it should. */
  private static boolean refuses(int number, String file, Runnable reading) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    boolean refused = false;
    try {
      reading.run();
    } catch (RecordingException e) {
      refused = true;
      assertThat(e.getMessage()).matches(WITH_PLACE).doesNotContain("\n");
    } catch (RuntimeException | Error e) {
      throw new AssertionError("mutant " + number + " of " + file + ", seed " + SEED, e);
    }
    long bytes = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(bytes).as("memory for mutant %d of %s", number, file).isLessThan(MOST_BYTES);
    return refused;
  }
}
