package dev.quarry.replay.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.replay.convert.Conversion.Form;
import dev.quarry.replay.read.ByteSource;
import dev.quarry.replay.read.Mutations;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.recording.EventPolicy;
import dev.quarry.replay.recording.PageEventOptions;
import dev.quarry.replay.recording.PageEvents;
import dev.quarry.replay.trace.EventFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same events in the form of each tool give the same text. */
class TraceGoldenTest {
  private static final Path TRACES = Path.of("src/test/resources/traces");
  private static final long SEED = 20_260_404;
  private static final Pattern WITH_PLACE = Pattern.compile("[\\w./-]+(:\\d+)?: .+");

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "perf-script.txt, perf script, swapper",
    "tracefs.txt, tracefs trace, <idle>",
    "tracefs-tgid-4.4.txt, tracefs trace, <idle>",
    "trace-cmd.txt, trace-cmd report, <idle>"
  })
  void eachToolsTextGivesTheSameEvents(String file, String form, String idle) throws IOException {
    Path text = folder.resolve("ev.K.txt");
    Conversion toText = new Conversion(Optional.of(Form.TEXT), false, true);
    Conversion.Result result = Converter.convert(TRACES.resolve(file), text, toText).getFirst();
    assertThat(result.from()).isEqualTo(form);
    assertThat(result.events()).isEqualTo(18);
    assertThat(result.notes().getFirst()).startsWith("events that the recorder lost: ");
    String expected = Files.readString(TRACES.resolve("ev.K.txt")).replace("<idle>", idle);
    assertThat(text).hasContent(expected);
    Path compact = folder.resolve("ev.K.qk");
    Converter.convert(TRACES.resolve(file), compact, new Conversion(Optional.empty(), true, true));
    Converter.convert(compact, text, toText);
    assertThat(Files.readString(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"perf-script.txt", "tracefs.txt", "tracefs-tgid-4.4.txt", "trace-cmd.txt"})
  void damagedTextIsReadOrRefused(String name) throws IOException {
    byte[] original = Files.readAllBytes(TRACES.resolve(name));
    Mutations mutations = new Mutations(SEED);
    for (int i = 0; i < 500; i++) {
      byte[] mutant = mutations.mutate(mutations.mutate(original));
      try {
        read(mutant, i % 4 == 0 ? EventPolicy.STRICT : EventPolicy.LENIENT);
      } catch (RecordingException e) {
        assertThat(e.getMessage()).matches(WITH_PLACE).doesNotContain("\n");
      } catch (RuntimeException | Error e) {
        throw new AssertionError("mutant " + i + " of " + name + ", seed " + SEED, e);
      }
    }
  }

  private static void read(byte[] file, EventPolicy policy) throws IOException {
    PageEventOptions options = PageEventOptions.of(policy, String::length).bounds(8191, 10, 5);
    try (EventFile opened = EventFile.of(ByteSource.of(new ByteArrayInputStream(file), "t.txt"));
        PageEvents events = opened.events(options, false)) {
      while (events.next()) {
        assertThat(events.event().pfn()).isBetween(-1, 8191);
        assertThat(events.event().order()).isBetween(0, 10);
        assertThat(events.event().cpu()).isBetween(0, PageEvents.MAX_CPUS - 1);
        assertThat(events.line()).isPositive();
      }
    }
  }

  @Test
  void textOfARecordingIsReadByTheSameDoor() throws IOException {
    Path file = TRACES.resolve("ev.K.txt");
    read(Files.readAllBytes(file), EventPolicy.STRICT);
    try (EventFile opened = EventFile.open(file, "ev.K.txt")) {
      assertThat(opened.form()).isEqualTo(EventFile.Form.TEXT);
    }
    Path odd = folder.resolve("odd.txt");
    Files.writeString(odd, "# a comment\n\n" + Files.readString(file), StandardCharsets.UTF_8);
    try (EventFile opened = EventFile.open(odd, "odd.txt")) {
      assertThat(opened.form()).isEqualTo(EventFile.Form.TEXT);
    }
  }
}
