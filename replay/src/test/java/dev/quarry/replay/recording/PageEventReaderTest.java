package dev.quarry.replay.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.replay.read.Fixtures;
import dev.quarry.replay.read.RecordingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageEventReaderTest {
  /** The tiny recording, decoded by hand. */
  private static final List<String> TINY =
      List.of(
          "A 100000005 cpu0 tid101 pfn 5201 order 0 type 1 gfp 42",
          "A 100000015 cpu0 tid101 pfn 5200 order 0 type 1 gfp 42",
          "A 100000017 cpu1 tid102 pfn 5300 order 0 type 1 gfp 42",
          "A 100000017 cpu0 tid101 pfn 4170 order 0 type 0 gfp 48",
          "F 100000020 cpu1 tid102 pfn 4740 order 0",
          "Z 100000024 cpu1 tid102 pfn 5126 order 1 type 1 refill true",
          "Z 100000024 cpu1 tid102 pfn 5130 order 1 type 1 refill true",
          "A 100000025 cpu1 tid102 pfn 5126 order 1 type 1 gfp 42",
          "B 100000031 cpu0 tid101 pfn 5200",
          "F 100000031 cpu0 tid101 pfn 5200 order 0",
          "D 100000038 cpu0 tid101 pfn 5203 order 0 type 1",
          "D 100000038 cpu0 tid101 pfn 5200 order 0 type 1",
          "X 100000046 cpu1 tid102 pfn 4224 order 3 type 1 from 6 0 owns true",
          "A! 100000055 cpu1 tid102 order 4 type 0 gfp 48",
          "X 100000055 cpu1 tid102 pfn 4736 order 0 type 2 from 7 1 owns false",
          "F 100000056 cpu1 tid101 pfn 5126 order 1",
          "A 100000956 cpu0 tid101 pfn 4160 order 3 type 0 gfp 10",
          "F 100001056 cpu0 tid101 pfn 4160 order 3");

  @TempDir Path folder;

  private static PageEventOptions strict() {
    return PageEventOptions.of(EventPolicy.STRICT, String::length);
  }

  @Test
  void everyKindOfEventIsDecodedAsByHand() {
    Path file = Fixtures.tiny().resolve("ev.K.txt");
    try (PageEventReader reader = PageEventReader.open(file, "ev.K.txt", strict())) {
      assertThat(EventText.all(reader)).isEqualTo(TINY);
      assertThat(reader.comm(101)).isEqualTo("sh");
      assertThat(reader.comm(102)).isEqualTo("C1 CompilerThre");
      assertThat(reader.comm(7)).isEmpty();
      assertThat(reader.problems().total()).isZero();
      assertThat(reader.fileBytesRead()).isEqualTo(reader.fileBytes());
    }
  }

  @Test
  void packedFilesGiveTheSameEvents() throws IOException {
    byte[] plain = Files.readAllBytes(Fixtures.tiny().resolve("ev.K.txt"));
    Path xz = Files.write(folder.resolve("ev.K.txt.xz"), Fixtures.xz(plain));
    Path zst = Files.write(folder.resolve("ev.K.txt.zst"), Fixtures.zst(plain));
    for (Path file : List.of(xz, zst)) {
      String name = file.getFileName().toString();
      try (PageEventReader reader = PageEventReader.open(file, name, strict())) {
        assertThat(EventText.all(reader)).as(name).isEqualTo(TINY);
      }
    }
  }

  @Test
  void aPackedFileThatIsCutOffGivesItsEventsAndOneProblem() throws IOException {
    StringBuilder text = new StringBuilder("#t0 1.000000\n#gfp 0 GFP_KERNEL\n");
    SplittableRandom random = new SplittableRandom(4);
    for (int i = 0; i < 100_000; i++) {
      int pfn = random.nextInt(1 << 20);
      text.append("F ")
          .append(random.nextInt(100))
          .append(" ")
          .append(i % 4096)
          .append(" 1 ")
          .append(pfn);
      text.append(" 0\n");
    }
    byte[] plain = text.toString().getBytes();
    for (String ending : List.of(".xz", ".zst")) {
      byte[] packed = ending.equals(".xz") ? Fixtures.xz(plain) : Fixtures.zst(plain);
      Path file = folder.resolve("ev.K.txt" + ending);
      Files.write(file, Arrays.copyOf(packed, packed.length * 2 / 3));
      PageEventOptions options = PageEventOptions.of(EventPolicy.LENIENT, String::length);
      try (PageEventReader reader = PageEventReader.open(file, "ev.K.txt" + ending, options)) {
        int events = EventText.all(reader).size();
        assertThat(events).as(ending).isBetween(40_000, 80_000);
        assertThat(reader.problems().total()).isEqualTo(1);
        assertThat(reader.problems().first(EventProblem.DAMAGED_STREAM).getFirst())
            .startsWith(
                "ev.K.txt" + ending + ":" + (events + 3) + ": the packed stream is damaged");
      }
    }
  }

  @Test
  void eachDefinitionOfFlagsIsResolvedOnce() throws IOException {
    List<String> asked = new ArrayList<>();
    PageEventOptions options =
        PageEventOptions.of(
            EventPolicy.STRICT,
            names -> {
              asked.add(names);
              return asked.size();
            });
    Path file = folder.resolve("ev.K.txt");
    Files.writeString(
        file,
        "#t0 1.0\n#gfp 3 GFP_A\nA 0 0 1 4 0 0 3\nA 0 0 1 0 0 0 3\n#gfp 700 GFP_B\n"
            + "A 0 0 1 0 0 0 700\nA 0 0 1 0 0 0 3\n");
    List<Integer> masks = new ArrayList<>();
    List<String> names = new ArrayList<>();
    try (PageEventReader reader = PageEventReader.open(file, "ev.K.txt", options)) {
      while (reader.next()) {
        masks.add(reader.event().gfp());
        names.add(reader.event().gfpNames());
      }
    }
    assertThat(asked).containsExactly("GFP_A", "GFP_B");
    assertThat(masks).containsExactly(1, 1, 2, 1);
    assertThat(names).containsExactly("GFP_A", "GFP_A", "GFP_B", "GFP_A");
  }

  @Test
  void linesThatSpanTheBufferAreReadAsAnyOther() throws IOException {
    StringBuilder text = new StringBuilder("#t0 0.5\n");
    int n = 40_000;
    for (int i = 0; i < n; i++) {
      text.append("F 1 ").append(i % 3).append(" 1 ").append(i < 3 ? i : 3).append(" 0\r\n");
    }
    PageEventOptions options = strict();
    Path file = Files.writeString(folder.resolve("ev.K.txt"), text);
    try (PageEventReader reader = PageEventReader.open(file, "ev.K.txt", options)) {
      for (int i = 0; i < n; i++) {
        assertThat(reader.next()).isTrue();
        assertThat(reader.event().pfn()).isEqualTo(i);
        assertThat(reader.event().timeMicros()).isEqualTo(500_001 + i);
        assertThat(reader.line()).isEqualTo(i + 2);
      }
      assertThat(reader.next()).isFalse();
      assertThat(reader.next()).isFalse();
    }
  }

  @Test
  void theMessageHasFileAndLineAndBothNumbers() throws IOException {
    String text = "#t0 1.0\nF 0 0 1 99999999 0\n";
    try (PageEventReader reader = EventText.reader(folder, text, EventPolicy.STRICT)) {
      assertThatThrownBy(reader::next)
          .isInstanceOf(RecordingException.class)
          .hasMessage(
              "ev.K.txt:2: pfn 99999999 is above the machine's last frame 8191:"
                  + " \"F 0 0 1 99999999 0\"");
    }
  }

  @Test
  void aFileThatIsNotPackedAsItsNameSaysIsRefused() throws IOException {
    Path xz = Files.writeString(folder.resolve("ev.K.txt.xz"), "#t0 1.0\n");
    assertThatThrownBy(() -> PageEventReader.open(xz, "ev.K.txt.xz", strict()))
        .isInstanceOf(RecordingException.class)
        .hasMessageStartingWith("ev.K.txt.xz: cannot be opened: ");
  }
}
