package dev.quarry.replay.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.machine.UserError;
import dev.quarry.replay.read.Fixtures;
import dev.quarry.replay.read.Interval;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.read.RecordingMeta;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordingTest {
  @TempDir Path folder;

  @Test
  void aRecordingTellsItsIntervalKernelAndCpus() {
    Recording recording = Recording.open(Fixtures.tiny());
    assertThat(recording.name()).isEqualTo("tiny");
    assertThat(recording.interval()).isEqualTo(new Interval(100_000_010, 100_001_000));
    assertThat(recording.meta().kernel()).contains("6.18.0-tiny");
    assertThat(recording.meta().cpus()).hasValue(2);
    assertThat(recording.meta().lostEvents()).hasValue(0);
    assertThat(recording.after()).isEmpty();
    assertThat(recording.slabEventsFile()).isEmpty();
  }

  @Test
  void anEventCountsStrictlyBetweenTheEndsOfTheInterval() {
    Interval interval = Interval.ofSeconds(5382.26428821, 5387.5);
    assertThat(interval.contains(5_382_264_288L)).isFalse();
    assertThat(interval.contains(5_382_264_289L)).isTrue();
    assertThat(interval.contains(5_387_499_999L)).isTrue();
    assertThat(interval.contains(5_387_500_000L)).isFalse();
  }

  @Test
  void withoutMetaEverythingCounts() throws IOException {
    Path copy = Fixtures.copyTiny(folder);
    Files.delete(copy.resolve("meta.json"));
    assertThat(Recording.open(copy).meta()).isEqualTo(RecordingMeta.NONE);
    assertThat(Recording.open(copy).interval().contains(-1)).isTrue();
  }

  @Test
  void whatIsMissingIsNamedWithWhatWasLookedFor() throws IOException {
    Path copy = Fixtures.copyTiny(folder);
    Files.move(copy.resolve("ev.K.txt"), copy.resolve("ev.F.txt"));
    assertRefused(
        copy,
        "tiny: holds no page events: looked for ev.K.txt, ev.K.txt.xz, ev.K.txt.zst, ev.K.qk;"
            + " found before, ev.F.txt, meta.json");
    Files.move(copy.resolve("ev.F.txt"), copy.resolve("ev.K.txt"));
    Files.move(copy.resolve("before"), copy.resolve("behind"));
    assertRefused(
        copy,
        "tiny: holds no state to begin with: looked for the folder before/;"
            + " found behind, ev.K.txt, meta.json");
  }

  @Test
  void aFileOrNothingInPlaceOfAFolderIsExplained() throws IOException {
    Path copy = Fixtures.copyTiny(folder);
    assertRefused(
        copy.resolve("ev.K.txt"), "ev.K.txt: is one file of a recording; give its folder, tiny");
    Path file = Files.writeString(folder.resolve("x"), "");
    assertRefused(
        file,
        "x: is a file; a recording is a folder with ev.K.txt and before/ in it"
            + " (a file of events alone is played with --machine or --snapshot)");
    assertThatThrownBy(() -> Recording.open(folder.resolve("none")))
        .isInstanceOf(UserError.class)
        .hasMessageEndingWith("none: there is no such folder");
  }

  private static void assertRefused(Path path, String message) {
    assertThatThrownBy(() -> Recording.open(path))
        .isInstanceOf(RecordingException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "{\"interval\": [1, 2]          | meta.json:1: not JSON",
        "[]                             | meta.json: does not hold a JSON object",
        "{\"interval\": [2, 1]}         | meta.json: \"interval\" ends at 1.0 s and begins at 2.0",
        "{\"interval\": 3}              | meta.json: \"interval\" must be two times",
        "{\"interval\": [\"a\", 1]}     | meta.json: \"interval\" is",
        "{\"interval\": [1, 1e99]}      | meta.json: \"interval\" is",
        "{\"cpus\": 0}                  | meta.json: \"cpus\" is \"0\", not a number from 1",
        "{\"cpus\": 1e30}               | meta.json: \"cpus\" is",
        "{\"kernel\": 6}                | meta.json: \"kernel\" must be a text",
      },
      delimiter = '|')
  void impossibleMetaIsRefused(String json, String message) throws IOException {
    Path copy = Fixtures.copyTiny(folder);
    Files.writeString(copy.resolve("meta.json"), json);
    assertThatThrownBy(() -> Recording.open(copy))
        .isInstanceOf(RecordingException.class)
        .hasMessageStartingWith(message);
  }
}
