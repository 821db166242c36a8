package dev.quarry.explain.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.quarry.replay.read.Fixtures;
import dev.quarry.replay.read.Mutations;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Damaged, cut, packed and senseless logs: what can be read is read, and nothing breaks. */
class DamagedLogsTest {
  private static final long SEED = 20_260_115;
  private static final int ROUNDS = 150;
  private static final long MOST_BYTES = 24L << 20;
  private static final Pattern WITH_PLACE = Pattern.compile("test\\.log(:\\d+)?: .+");

  @TempDir Path folder;

  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS)
  void damagedReportsAreRead() throws IOException {
    Mutations mutations = new Mutations(SEED);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int found = 0;
    for (String fixture : RenderedLogsTest.fixtures().toList()) {
      byte[] original = RenderedLogsTest.text(fixture).getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < ROUNDS; i++) {
        byte[] mutant = original;
        for (int times = i % 7; times >= 0 && mutant.length > 1; times--) {
          mutant = mutations.mutate(mutant);
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        List<MemoryReport> reports = read(mutant, fixture + " " + i);
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(bytes).as("memory for mutant %d of %s", i, fixture).isLessThan(MOST_BYTES);
        found += reports.size();
      }
    }
    assertThat(found).isGreaterThan(ROUNDS * 8);
  }

  private static List<MemoryReport> read(byte[] log, String which) {
    try {
      List<MemoryReport> reports = Shown.read(log);
      for (MemoryReport report : reports) {
        assertThat(report.problems()).allMatch(p -> WITH_PLACE.matcher(p).matches());
        assertThat(report.pageKb()).isIn(4, 8, 16, 32, 64);
        assertThat(report.place().line()).isBetween(1L, report.lastLine());
      }
      return reports;
    } catch (RuntimeException | Error e) {
      throw new AssertionError("mutant " + which + ", seed " + SEED, e);
    }
  }

  /** Wherever the log ends, the report begun is there and says what it lacks. */
  @Test
  void aReportThatIsCutOffIsAReport() throws IOException {
    String text = RenderedLogsTest.text("paf-6.18.txt");
    MemoryReport whole = Shown.read(text).getFirst();
    int header = text.indexOf('\n');
    for (int end = header; end < text.length(); end += 7) {
      List<MemoryReport> reports = Shown.read(text.substring(0, end));
      assertThat(reports).as("cut at %d", end).hasSize(1);
      MemoryReport report = reports.getFirst();
      assertThat(report.request()).isNotNull();
      assertThat(report.request().order()).hasValue(4);
      long missing = whole.zones().stream().filter(z -> !isWhole(report, z)).count();
      if (missing > 0) {
        assertThat(report.problems()).as("cut at %d", end).isNotEmpty();
      }
    }
  }

  private static boolean isWhole(MemoryReport report, ZoneDump zone) {
    return report.zones().stream()
        .anyMatch(
            z -> z.name().equals(zone.name()) && z.node() == zone.node() && z.blocks() != null);
  }

  @Test
  void aNumberBeyond64BitsIsLeftOut() throws IOException {
    String text = RenderedLogsTest.text("paf-6.18.txt");
    String large = "99999999999999999999";
    List<String> lines = text.lines().toList();
    int at = 0;
    while (!lines.get(at).startsWith("Node 0 DMA free:")) {
      at++;
    }
    String changed =
        text.replaceFirst("DMA free:\\d+kB", "DMA free:" + large + "kB")
            .replaceFirst("mode:0x\\w+", "mode:0xfffffffffffffffff");
    MemoryReport report = Shown.read(changed).getFirst();
    assertThat(report.zones().getFirst().has("free")).isFalse();
    assertThat(report.zones().getFirst().has("min")).isTrue();
    assertThat(report.request().mask()).isEmpty();
    assertThat(report.problems())
        .contains(
            "test.log:" + (at + 1) + ": free \"" + large + "\" is above 64 bits; it is left out",
            "test.log:1: the mask \"0xfffffffffffffffff\" is no mask; it is left out");
  }

  @Test
  void whatIsNoLogHasNoReport() {
    Random random = new Random(SEED);
    byte[] noise = new byte[3 << 20];
    random.nextBytes(noise);
    assertThat(read(noise, "noise")).isEmpty();
    byte[] oneLine = new byte[3 << 20];
    Arrays.fill(oneLine, (byte) 'x');
    assertThat(read(oneLine, "one line")).isEmpty();
    assertThat(read(new byte[0], "nothing")).isEmpty();
    assertThat(read(new byte[1 << 20], "zeros")).isEmpty();
  }

  /** A report behind a line without end, and behind many that do not matter. */
  @Test
  void aReportBehindMuchElseIsFound() throws IOException {
    String text = RenderedLogsTest.text("oom-6.12.txt");
    String expected = Shown.of(Shown.read(text).getFirst());
    String noise =
        "[12.3] usb 1-2: new high-speed USB device number 7 using xhci_hcd\n".repeat(9000);
    String log = noise + "x".repeat(1 << 20) + "\n" + text + noise + text;
    List<MemoryReport> reports = Shown.read(log);
    assertThat(reports).extracting(Shown::of).containsExactly(expected, expected);
    assertThat(reports.getFirst().place()).hasToString("test.log:9002");
  }

  @Test
  void packedLogsAreReadAndDamageIsSaid() throws IOException {
    byte[] text = RenderedLogsTest.text("oom-6.12.txt").getBytes(StandardCharsets.UTF_8);
    String expected = Shown.of(Shown.read(text).getFirst());
    Path packed = Files.write(folder.resolve("a.log"), Fixtures.xz(text));
    assertThat(LogReader.readAll(packed)).extracting(Shown::of).containsExactly(expected);
    byte[] zst = Fixtures.zst(text);
    byte[] cut = Arrays.copyOf(zst, zst.length - 9);
    try (LogReader reader = LogReader.open("b.log.zst", new ByteArrayInputStream(cut))) {
      reader.forEachRemaining(r -> assertThat(r.kind()).isEqualTo(ReportKind.OOM));
      assertThat(reader.problems()).singleElement().asString().startsWith("b.log.zst:");
    }
  }
}
