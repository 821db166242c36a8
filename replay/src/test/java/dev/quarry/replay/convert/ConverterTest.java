package dev.quarry.replay.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.replay.convert.Conversion.Form;
import dev.quarry.replay.read.Fixtures;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.recording.EventPolicy;
import dev.quarry.replay.recording.PageEventOptions;
import dev.quarry.replay.recording.Recording;
import dev.quarry.replay.recording.RequestEvents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files and folders: what is written, and that nothing is left behind where it must not be. */
class ConverterTest {
  private static final Conversion PLAIN = new Conversion(Optional.empty(), false, false);
  private static final Conversion FORCE = new Conversion(Optional.empty(), false, true);

  @TempDir Path folder;

  private static Conversion to(Form form) {
    return new Conversion(Optional.of(form), false, true);
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(path -> !path.equals(folder))
          .map(path -> folder.relativize(path).toString())
          .sorted()
          .toList();
    }
  }

  private static List<String> requests(Path recording) {
    List<String> requests = new ArrayList<>();
    PageEventOptions options = PageEventOptions.of(EventPolicy.STRICT, String::length);
    try (RequestEvents events = Recording.open(recording).requests(options)) {
      while (events.next()) {
        requests.add(
            events.place().line()
                + " "
                + events.timeMicros()
                + " "
                + events.handle()
                + " "
                + events.gfpNames()
                + " "
                + events.comm(events.tid()));
      }
    }
    return requests;
  }

  @Test
  void aRecordingBecomesOneWithCompactEventsAndBack() throws IOException {
    Path tiny = Fixtures.copyTiny(folder);
    Path compact = folder.resolve("compact");
    Path back = folder.resolve("back");
    Conversion.Result result = Converter.convert(tiny, compact, PLAIN).getFirst();
    assertThat(result.from()).isEqualTo("ev.K text");
    assertThat(result.events()).isEqualTo(18);
    assertThat(result.lines()).isEqualTo(24);
    assertThat(result.bytesAfter()).isEqualTo(Files.size(compact.resolve("ev.K.qk")));
    Converter.convert(compact, back, PLAIN);
    assertThat(names(back)).isEqualTo(names(tiny));
    for (String name : names(tiny)) {
      if (Files.isRegularFile(tiny.resolve(name))) {
        assertThat(back.resolve(name)).hasSameBinaryContentAs(tiny.resolve(name));
      }
    }
    List<String> expected = new ArrayList<>(names(tiny));
    expected.set(expected.indexOf("ev.K.txt"), "ev.K.qk");
    assertThat(names(compact)).isEqualTo(expected);
    assertThat(requests(compact)).hasSize(9).isEqualTo(requests(tiny));
  }

  @Test
  void theCompactFormShowsTheHandlesThatComeNext() throws IOException {
    Path compact = folder.resolve("ahead");
    Converter.convert(Fixtures.copyTiny(folder), compact, PLAIN);
    PageEventOptions options = PageEventOptions.of(EventPolicy.STRICT, String::length);
    int[] ahead = new int[3];
    List<Integer> shown = new ArrayList<>();
    List<Integer> came = new ArrayList<>();
    try (RequestEvents events = Recording.open(compact).requests(options)) {
      assertThat(events.handlesAhead(ahead)).as("before the first").isZero();
      for (int left = 0; events.next(); left--) {
        came.add(events.failed() ? 0 : events.handle());
        if (left == 0) {
          shown.add(came.getLast());
          left = events.handlesAhead(ahead) + 1;
          Arrays.stream(ahead).limit(left - 1).forEach(shown::add);
        }
      }
    }
    assertThat(came).hasSize(9);
    assertThat(shown).as("one more, after the interval").startsWith(came.toArray(Integer[]::new));
  }

  @Test
  void packedFilesAreReadByContentAndWrittenByName() throws IOException {
    byte[] text = Files.readAllBytes(Fixtures.tiny().resolve("ev.K.txt"));
    Path in = Files.write(folder.resolve("any"), Fixtures.xz(text));
    for (String packed : List.of("ev.K.qk", "ev.K.qk.xz", "ev.K.qk.zst", "ev.K.qk.gz")) {
      Path compact = folder.resolve(packed);
      assertThat(Converter.convert(in, compact, PLAIN).getFirst().to()).isEqualTo(Form.COMPACT);
      for (String name : List.of("a.txt", "a.txt.xz", "a.txt.zst", "a.txt.gz")) {
        Path out = folder.resolve(name);
        assertThat(Converter.convert(compact, out, FORCE).getFirst().to()).isEqualTo(Form.TEXT);
        Converter.convert(out, folder.resolve("plain.txt"), to(Form.TEXT));
        assertThat(Files.readAllBytes(folder.resolve("plain.txt"))).isEqualTo(text);
      }
    }
  }

  @Test
  void theFormCanBeKept() throws IOException {
    Path text = Fixtures.example().resolve("ev.K.txt.xz");
    Path plain = folder.resolve("plain.qk");
    Path zstd = folder.resolve("zstd.qk");
    Path again = folder.resolve("again.qk");
    Converter.convert(text, plain, PLAIN);
    Converter.convert(plain, zstd, new Conversion(Optional.of(Form.COMPACT), true, false));
    Converter.convert(zstd, again, to(Form.COMPACT));
    assertThat(Files.size(zstd)).isLessThan(Files.size(plain) / 2);
    assertThat(again).hasSameBinaryContentAs(plain);
  }

  @Test
  void whatIsThereIsReplacedOnlyByForce() throws IOException {
    Path in = Fixtures.tiny().resolve("ev.K.txt");
    Path out = Files.writeString(folder.resolve("out.qk"), "mine");
    assertRefused(in, out, PLAIN, "is there already; --force replaces it");
    assertThat(out).hasContent("mine");
    Converter.convert(in, out, FORCE);
    assertThat(Files.size(out)).isGreaterThan(100);
    Path recording = Fixtures.copy(Fixtures.tiny(), folder.resolve("old"));
    assertRefused(Fixtures.tiny(), recording, PLAIN, "is there already; --force replaces it");
    Converter.convert(Fixtures.tiny(), recording, FORCE);
    assertThat(names(recording)).contains("ev.K.qk").doesNotContain("ev.K.txt");
    Path other = Files.createDirectories(folder.resolve("other/precious"));
    assertRefused(
        Fixtures.tiny(), other.getParent(), FORCE, "is there already, and is no recording");
    assertThat(names(folder)).filteredOn(name -> name.startsWith(".")).isEmpty();
  }

  @Test
  void aSourceThatIsDamagedLeavesNothing() throws IOException {
    Path compact = folder.resolve("a.qk");
    Converter.convert(Fixtures.example().resolve("ev.K.txt.xz"), compact, PLAIN);
    byte[] bytes = Files.readAllBytes(compact);
    Path cut = Files.write(folder.resolve("cut.qk"), Arrays.copyOf(bytes, bytes.length * 2 / 3));
    Path out = Files.writeString(folder.resolve("out.txt"), "mine");
    assertRefused(cut, out, FORCE, "the file ends at byte");
    byte[] xz = Files.readAllBytes(Fixtures.example().resolve("ev.K.txt.xz"));
    Path cutXz = Files.write(folder.resolve("cut.xz"), Arrays.copyOf(xz, xz.length / 2));
    assertRefused(cutXz, out, FORCE, "the packed stream is damaged after");
    Path recording = Fixtures.copyTiny(folder);
    Files.delete(recording.resolve("ev.K.txt"));
    Files.copy(cut, recording.resolve("ev.K.qk"));
    assertRefused(recording, folder.resolve("new"), PLAIN, "ev.K.qk: block ");
    assertThat(out).hasContent("mine");
    assertThat(names(folder))
        .filteredOn(name -> name.startsWith(".") || name.startsWith("new"))
        .isEmpty();
  }

  @Test
  void impossibleWishesAreExplained() throws IOException {
    Path tiny = Fixtures.copyTiny(folder);
    Path events = tiny.resolve("ev.K.txt");
    assertRefused(folder.resolve("none"), folder.resolve("x"), PLAIN, "there is no such file");
    assertRefused(events, events, FORCE, "is source and target at once");
    assertRefused(events, tiny, FORCE, "is no file; a file becomes a file");
    assertRefused(events, folder.resolve("no/x"), PLAIN, "cannot be written: there is no ");
    assertRefused(tiny, tiny.resolve("inside"), PLAIN, "lie in one another");
    Path empty = Files.writeString(folder.resolve("empty"), "");
    assertRefused(empty, folder.resolve("x"), PLAIN, "is empty");
    assertRefused(tiny.resolve("before"), folder.resolve("x"), PLAIN, "holds no page events");
    Converter.convert(events, tiny.resolve("ev.K.qk"), PLAIN);
    assertRefused(
        tiny, folder.resolve("x"), PLAIN, "holds page events twice, ev.K.qk and ev.K.txt");
  }

  private static void assertRefused(Path in, Path out, Conversion how, String message) {
    assertThatThrownBy(() -> Converter.convert(in, out, how))
        .isInstanceOf(RecordingException.class)
        .hasMessageContaining(message);
  }
}
