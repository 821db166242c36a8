package dev.quarry.replay.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.replay.compact.EventMark;
import dev.quarry.replay.read.ByteSource;
import dev.quarry.replay.read.Fixtures;
import dev.quarry.replay.read.Mutations;
import dev.quarry.replay.read.UnreadableException;
import dev.quarry.replay.recording.EventPolicy;
import dev.quarry.replay.recording.PageEvent;
import dev.quarry.replay.recording.PageEventKind;
import dev.quarry.replay.recording.PageEventOptions;
import dev.quarry.replay.recording.PageEvents;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Text to compact gives back the same bytes, and a reader of the compact form gives the same
 * events, lines, names and problems as a reader of the text.
 */
class RoundTripTest {
  private static final long SEED = 20_260_202;
  private static final int HEAD_OF_SHARED = 400_000;

  @Test
  void theKindsOfEventsHaveTheSameOrderInBothPackages() {
    for (PageEventKind kind : PageEventKind.values()) {
      EventMark mark = EventMark.of(kind.ordinal());
      assertThat(mark.letters()).isEqualTo(kind.mark());
      assertThat(mark.isRequest()).isEqualTo(kind.isRequest());
    }
    assertThat(EventMark.count()).isEqualTo(PageEventKind.values().length);
  }

  @Test
  void theTinyRecordingComesBack() throws IOException {
    check("tiny", Files.readAllBytes(Fixtures.tiny().resolve("ev.K.txt")), 8191);
  }

  /** Files that were written once must be readable for good: a change needs another version. */
  @Test
  void version1StaysAsItIs() throws IOException {
    byte[] text = Files.readAllBytes(Fixtures.tiny().resolve("ev.K.txt"));
    byte[] stored = Files.readAllBytes(Path.of("src/test/resources/compact/tiny-v1.qk"));
    assertThat(Compact.decode(stored)).isEqualTo(text);
    assertThat(Compact.encode(text, false)).isEqualTo(stored);
  }

  /** The example of docs/formats.md. */
  @Test
  void theExampleOfTheDocumentationIsRight() throws IOException {
    String text =
        "#t0 1.000000\n#gfp 0 GFP_KERNEL\nA 5 0 7 4096 0 1 0\n#comm 7 sh\n"
            + "B 300 0 7 4096\nF 0 0 7 4096 0\n";
    String expected =
        "89514b450d0a1a0a01004b0000000000fd419f1a4500000066000000660000000300"
            + "0000f2408bc202010180897ab1028020010300000003000002000003000700010001070207000300000c"
            + "23743020312e30303030303000001123676670203020474650"
            + "5f4b45524e454c01000a23636f6d6d2037207368020200"
            + "0205ff0500200020ac020201ff010020b1025a000000";
    byte[] compact = Compact.encode(text.getBytes(StandardCharsets.UTF_8), false);
    assertThat(HexFormat.of().formatHex(compact)).startsWith(expected);
  }

  @Test
  void theExampleComesBackAndTakesFewBytes() throws IOException {
    byte[] text = unpacked(Fixtures.example().resolve("ev.K.txt.xz"), Integer.MAX_VALUE);
    int events = 324_123;
    int[] sizes = checkLarge("example", text);
    assertThat(sizes[0]).isLessThan(events * 5);
    assertThat(sizes[1]).isLessThan(events * 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"w1_compile", "w2_redis", "w4_files", "w8_fork"})
  void theHeadsOfOtherRecordingsComeBack(String name) throws IOException {
    Optional<Path> recording = Fixtures.shared(name);
    Assumptions.assumeTrue(recording.isPresent(), "recording " + name + " is not here");
    Path file = recording.orElseThrow().resolve("ev.K.txt.xz");
    checkLarge(name, unpacked(file, HEAD_OF_SHARED));
  }

  @Test
  void randomEventsComeBack() throws IOException {
    for (long seed = SEED; seed < SEED + 40; seed++) {
      String text = RandomEvents.text(seed, 1000);
      check("seed " + seed, text.getBytes(StandardCharsets.UTF_8), 1 << 29);
    }
  }

  @Test
  void manyEventsOfManyThreadsComeBack() throws IOException {
    for (long seed = SEED; seed < SEED + 8; seed++) {
      String text = RandomEvents.text(seed, 20_000);
      checkLarge("long, seed " + seed, text.getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void damagedTextComesBackDamagedInTheSameWay() throws IOException {
    Mutations mutations = new Mutations(SEED);
    byte[] tiny = Files.readAllBytes(Fixtures.tiny().resolve("ev.K.txt"));
    byte[] random = RandomEvents.text(SEED, 300).getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 600; i++) {
      byte[] text = i % 3 == 0 ? random : tiny;
      for (int n = 0; n <= i % 4 && text.length > 0; n++) {
        text = mutations.mutate(text);
      }
      check("mutant " + i + ", seed " + SEED, text, 8191);
    }
  }

  @Test
  void linesThatNumbersDoNotGiveBackAreKeptAsTheyAre() throws IOException {
    String head = "#t0 1.0\n#gfp 0 GFP_KERNEL\n";
    for (String odd :
        List.of(
            "F 5 0 1 100 0\r\n",
            "F 05 0 1 100 0\n",
            "F 5 0 1 -0 0\n",
            "F -5 0 1 1 0\n",
            "F 5 0 1 +1 0\n",
            "F  5 0 1 1 0\n",
            "F 5 0 1 1 0 \n",
            "A 5 0 1 7 0 0 3\n",
            "q\n",
            "\u0000\n",
            " \n",
            "\r\n",
            "Z 1 2 3",
            "#t0 0.5\n",
            "F 5 0 1 -200 0\n",
            "F 5 0 1 4000000000 0\n",
            "#t0 999999999999.0\nF 1000000000000 0 1 1 0\n")) {
      String text = head + "F 5 0 1 100 0\n" + odd + "F 5 0 1 1 0\nF 2 1 1 9 0\n".repeat(3);
      check(odd, text.getBytes(StandardCharsets.ISO_8859_1), 8191);
    }
  }

  @Test
  void giantLinesEmptyFilesAndLastLinesWithoutEndComeBack() throws IOException {
    String event = "F 5 0 1 1 0\n";
    check("empty", new byte[0], 8191);
    for (int length : new int[] {65_535, 65_536, 65_537, 65_538, 131_074, 300_000}) {
      String line = "#comm 5 " + "9".repeat(length - 8);
      for (String text :
          List.of(line, line + "\n", event + line + "\n" + event, line + "\n" + line + "\n")) {
        byte[] bytes = ("#t0 1.0\n" + text).getBytes(StandardCharsets.ISO_8859_1);
        byte[] compact = Compact.encode(bytes, false);
        assertThat(Compact.decode(compact)).isEqualTo(bytes);
      }
    }
  }

  /** The same bytes come back, and both readers agree, with bounds that may reject some events. */
  private static void check(String name, byte[] text, int lastPfn) throws IOException {
    byte[] compact = Compact.encode(text, name.length() % 2 == 0);
    assertThat(Compact.decode(compact)).as(name).isEqualTo(text);
    PageEventOptions wide = PageEventOptions.of(EventPolicy.LENIENT, String::length);
    PageEventOptions narrow = wide.bounds(lastPfn, 10, 5);
    List<String> expected = read(text, narrow, false);
    assertThat(read(compact, narrow, false)).as(name).isEqualTo(expected);
    List<String> requests = new ArrayList<>(expected);
    requests.removeIf(line -> "BZDX".indexOf(line.charAt(0)) >= 0);
    List<String> found = new ArrayList<>(read(compact, narrow, true));
    found.removeIf(line -> "BZDX".indexOf(line.charAt(0)) >= 0);
    assertThat(found).as(name).isEqualTo(requests);
  }

  /** Events with their lines and names, then problems. */
  private static List<String> read(byte[] file, PageEventOptions options, boolean requestsOnly)
      throws IOException {
    List<String> lines = new ArrayList<>();
    try (PageEvents events = PageEvents.of(Compact.source(file), options, requestsOnly)) {
      PageEvent e = events.event();
      while (events.next()) {
        lines.add(
            String.join(
                " ",
                e.kind().mark(),
                events.place().toString(),
                Arrays.toString(
                    new long[] {
                      e.timeMicros(),
                      e.cpu(),
                      e.tid(),
                      e.pfn(),
                      e.order(),
                      e.migrateType(),
                      e.gfp(),
                      e.fallbackOrder(),
                      e.fallbackType()
                    }),
                e.percpuRefill() + "" + e.changeOwnership(),
                e.gfpNames(),
                events.comm(e.tid())));
      }
      lines.addAll(events.problems().report());
    }
    return lines;
  }

  /**
   * The same for events by the hundred thousand, all of which the bounds allow.
   *
   * @return sizes of the compact form, without and with zstd
   */
  private static int[] checkLarge(String name, byte[] text) throws IOException {
    byte[] compact = Compact.encode(text, false);
    byte[] zstd = Compact.encode(text, true);
    assertThat(Compact.decode(compact)).as(name).isEqualTo(text);
    assertThat(Compact.decode(zstd)).as(name).isEqualTo(text);
    assertThat(hash(compact, false)).as(name).isEqualTo(hash(text, false));
    assertThat(hash(zstd, true)).as(name).isEqualTo(hash(text, true));
    return new int[] {compact.length, zstd.length};
  }

  /** Of the number and the fields of all requests, or of all events. */
  private static long hash(byte[] file, boolean requestsOnly) throws IOException {
    PageEventOptions options = PageEventOptions.of(EventPolicy.STRICT, String::length);
    try (PageEvents events = PageEvents.of(Compact.source(file), options, requestsOnly)) {
      PageEvent e = events.event();
      long hash = 0;
      while (events.next()) {
        if (!requestsOnly || e.kind().isRequest()) {
          hash = 31 * hash + e.kind().ordinal() + e.timeMicros() + e.cpu() * 7L + e.tid() * 77L;
          hash = 31 * hash + e.pfn() + e.order() * 5L + e.migrateType() * 55L + e.gfp() * 555L;
          hash = 31 * hash + e.fallbackOrder() + e.fallbackType() * 3L + e.gfpNames().hashCode();
          hash += (e.percpuRefill() ? 1 : 0) + (e.changeOwnership() ? 2 : 0);
          hash += events.comm(e.tid()).hashCode();
        }
      }
      return hash;
    }
  }

  /** Whole lines from the front of a packed file. */
  private static byte[] unpacked(Path file, int most) throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    byte[] buffer = new byte[1 << 13];
    try (ByteSource source = ByteSource.open(file, "x.xz")) {
      for (int n; text.size() < most && (n = source.read(buffer, 0, buffer.length)) > 0; ) {
        text.write(buffer, 0, n);
      }
    } catch (UnreadableException e) {
      throw new IOException(e);
    }
    byte[] bytes = text.toByteArray();
    int end = bytes.length;
    while (bytes[end - 1] != '\n') {
      end--;
    }
    return Arrays.copyOf(bytes, end);
  }
}
