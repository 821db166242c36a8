package dev.quarry.replay.recording;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.quarry.replay.read.Fixtures;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.snapshot.Snapshot;
import dev.quarry.replay.snapshot.SnapshotChecks;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
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
  private static final List<String> NUMBERS =
      List.of("-1", "0", "63", "65536", "2147483647", "2147483648", "99999999999999999999", "x");

  @TempDir Path folder;

  private final SplittableRandom random = new SplittableRandom(SEED);

  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS)
  void damagedEventsAreReadOrRefused() throws IOException {
    byte[] original = Files.readAllBytes(Fixtures.tiny().resolve("ev.K.txt"));
    Path plain = folder.resolve("ev.K.txt");
    int refused = 0;
    for (int i = 0; i < 4000; i++) {
      Files.write(plain, mutate(original));
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
      Path file = Files.write(folder.resolve(name), mutate(packed));
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
        Files.write(copy.resolve(name), mutate(original));
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

  private byte[] mutate(byte[] original) {
    return switch (random.nextInt(8)) {
      case 0 -> flip(original);
      case 1 -> Arrays.copyOf(original, random.nextInt(original.length));
      case 2 -> insert(original);
      case 3, 4 -> lines(original);
      default -> number(original);
    };
  }

  private byte[] flip(byte[] original) {
    byte[] bytes = original.clone();
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return bytes;
  }

  private byte[] insert(byte[] original) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int at = random.nextInt(original.length);
    bytes.write(original, 0, at);
    for (int i = random.nextInt(1, 20); i > 0; i--) {
      bytes.write(random.nextInt(256));
    }
    bytes.write(original, at, original.length - at);
    return bytes.toByteArray();
  }

  /** Duplicates, removes or exchanges lines. */
  private byte[] lines(byte[] original) {
    String text = new String(original, StandardCharsets.ISO_8859_1);
    List<String> lines = new ArrayList<>(List.of(text.split("(?<=\n)")));
    int line = random.nextInt(lines.size());
    switch (random.nextInt(3)) {
      case 0 -> lines.add(random.nextInt(lines.size()), lines.get(line));
      case 1 -> lines.remove(line);
      default -> Collections.swap(lines, line, random.nextInt(lines.size()));
    }
    return String.join("", lines).getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Puts another number, or none, in the place of one. */
  private byte[] number(byte[] original) {
    String text = new String(original, StandardCharsets.ISO_8859_1);
    List<int[]> numbers = new ArrayList<>();
    Matcher matcher = Pattern.compile("\\d+").matcher(text);
    while (matcher.find()) {
      numbers.add(new int[] {matcher.start(), matcher.end()});
    }
    if (numbers.isEmpty()) {
      return flip(original);
    }
    int[] place = numbers.get(random.nextInt(numbers.size()));
    String other = NUMBERS.get(random.nextInt(NUMBERS.size()));
    String changed = text.substring(0, place[0]) + other + text.substring(place[1]);
    return changed.getBytes(StandardCharsets.ISO_8859_1);
  }
}
