package dev.quarry.replay.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.replay.read.RecordingException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each way in which a line can be wrong, and what follows it is read nevertheless. */
class EventProblemsTest {
  private static final String HEAD = "#t0 1.0\n#gfp 0 GFP_KERNEL\nF 5 0 1 100 0\n";
  private static final String GOOD = "F 1000005 cpu0 tid1 pfn 100 order 0";

  @TempDir Path folder;

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource(
      value = {
        "Q 7 0 1 5 0                    | UNKNOWN_LETTER",
        "a 7 0 1 5 0                    | UNKNOWN_LETTER",
        "F 7 0 1 5                      | SHORT_LINE",
        "F 7 0                          | SHORT_LINE",
        "A 7 0 1 5 0 1                  | SHORT_LINE",
        "F                              | SHORT_LINE",
        "F 7 0 1 5 x                    | NOT_A_NUMBER",
        "F 7 0 1 5  0                   | NOT_A_NUMBER",
        "F 7 0 1 5 0x                   | NOT_A_NUMBER",
        "F 7 0 1 1234567890123456789 0  | NOT_A_NUMBER",
        "F 7 0 1 5 0 3                  | EXTRA_FIELDS",
        "B 7 0 1 5 0                    | EXTRA_FIELDS",
        "F 7 65536 1 5 0                | OUT_OF_RANGE",
        "F 7 -1 1 5 0                   | OUT_OF_RANGE",
        "F 7 0 99999999999 5 0          | OUT_OF_RANGE",
        "F 7 0 1 5 11                   | OUT_OF_RANGE",
        "F 7 0 1 8092 0                 | OUT_OF_RANGE",
        "F 7 0 1 8091 1                 | OUT_OF_RANGE",
        "F 7 0 1 9999999999999 0        | OUT_OF_RANGE",
        "A 7 0 1 5 0 5 0                | OUT_OF_RANGE",
        "Z 7 0 1 5 0 1 2                | OUT_OF_RANGE",
        "X 7 0 1 5 0 11 1 0 1           | OUT_OF_RANGE",
        "F 7 0 1 -101 0                 | NEGATIVE_PFN",
        "A 7 0 1 5 0 1 1                | UNKNOWN_GFP_INDEX",
        "A! 7 0 1 5 0 9                 | UNKNOWN_GFP_INDEX",
      },
      delimiter = '|')
  void aWrongEventIsCountedAndTheTimeGoesOn(String line, EventProblem problem) throws IOException {
    String text = HEAD + line + "\nB 2 1 1 200\n";
    try (PageEventReader reader = EventText.reader(folder, text, EventPolicy.LENIENT)) {
      List<String> events = EventText.all(reader);
      assertThat(events.getFirst()).isEqualTo(GOOD);
      assertThat(events).hasSize(2);
      boolean hasStep = line.startsWith("F 7") || line.length() > 5;
      assertThat(events.getLast())
          .isEqualTo("B " + (hasStep ? 1_000_014 : 1_000_007) + " cpu1 tid1 pfn 200");
      assertThat(reader.problems().count(problem)).isEqualTo(1);
      assertThat(reader.problems().total()).isEqualTo(1);
      assertThat(reader.problems().linesDropped()).isEqualTo(1);
      assertThat(reader.problems().report()).hasSize(1);
      assertThat(reader.problems().first(problem).getFirst()).startsWith("ev.K.txt:4: ");
    }
    try (PageEventReader reader = EventText.reader(folder, text, EventPolicy.STRICT)) {
      assertThat(reader.next()).isTrue();
      assertThatThrownBy(reader::next)
          .isInstanceOf(RecordingException.class)
          .hasMessageStartingWith("ev.K.txt:4: ");
    }
  }

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource(
      value = {
        "#gfp x GFP_KERNEL      | BAD_HEADER",
        "#gfp 1                 | BAD_HEADER",
        "#gfp 99999 GFP_KERNEL  | TABLE_FULL",
        "#t0                    | BAD_HEADER",
        "#t0 1e9                | BAD_HEADER",
        "#comm                  | BAD_HEADER",
        "#comm 3 \u00ff\u00fe   | NOT_UTF8",
        "#t0 0.5                | TIME_BACKWARDS",
      },
      delimiter = '|')
  void aWrongHeaderIsCounted(String line, EventProblem problem) throws IOException {
    String text = HEAD + line + "\nB 2 1 1 200\n";
    try (PageEventReader reader = EventText.reader(folder, text, EventPolicy.LENIENT)) {
      assertThat(EventText.all(reader)).hasSize(2);
      assertThat(reader.problems().count(problem)).isEqualTo(1);
      assertThat(reader.problems().total()).isEqualTo(1);
    }
  }

  @Test
  void timeThatGoesBackStandsStill() throws IOException {
    String text = HEAD + "B -3 0 1 1\nB 1 0 1 1\nB 9 0 1 1\n";
    try (PageEventReader reader = EventText.reader(folder, text, EventPolicy.LENIENT)) {
      assertThat(EventText.all(reader))
          .containsExactly(
              GOOD,
              "B 1000005 cpu0 tid1 pfn 1",
              "B 1000005 cpu0 tid1 pfn 2",
              "B 1000012 cpu0 tid1 pfn 3");
      assertThat(reader.problems().count(EventProblem.TIME_BACKWARDS)).isEqualTo(1);
      assertThat(reader.problems().linesDropped()).isZero();
      assertThat(reader.problems().report())
          .containsExactly(
              "time goes back: 1 line, first ev.K.txt:4: "
                  + "the time goes back from 1000005 to 1000002 microseconds");
    }
  }

  @Test
  void anEventBeforeTheStartTimeIsCountedOnce() throws IOException {
    String text = "B 5 0 1 1\nB 5 0 1 1\n";
    try (PageEventReader reader = EventText.reader(folder, text, EventPolicy.LENIENT)) {
      assertThat(EventText.all(reader)).hasSize(2);
      assertThat(reader.problems().count(EventProblem.NO_START_TIME)).isEqualTo(1);
    }
  }

  @Test
  void aLineOfAnyLengthIsLeftOutWithoutBeingKept() throws IOException {
    for (int length : new int[] {70_000, 200_000, 3_000_000}) {
      for (String kind : List.of("#comm 5 ", "F 7 0 1 ")) {
        String text = HEAD + kind + "9".repeat(length) + "\nB 2 1 1 200\nB 2 1 1 0\n";
        try (PageEventReader reader = EventText.reader(folder, text, EventPolicy.LENIENT)) {
          assertThat(EventText.all(reader)).hasSize(3);
          assertThat(reader.problems().count(EventProblem.LINE_TOO_LONG)).isEqualTo(1);
          assertThat(reader.problems().total()).isEqualTo(1);
          assertThat(reader.line()).isEqualTo(6);
        }
      }
    }
  }

  @Test
  void aLastLineWithoutEndIsNotTrusted() throws IOException {
    try (PageEventReader reader =
        EventText.reader(folder, HEAD + "F 7 0 1 1234", EventPolicy.LENIENT)) {
      assertThat(EventText.all(reader)).containsExactly(GOOD);
      assertThat(reader.problems().first(EventProblem.CUT_LINE))
          .containsExactly("ev.K.txt:4: the file ends within this line");
    }
  }

  @Test
  void namesThatTheResolverDoesNotKnowAreReportedWithTheirLine() throws IOException {
    PageEventOptions options =
        PageEventOptions.of(
            EventPolicy.LENIENT,
            names -> {
              throw new IllegalArgumentException("no such flag");
            });
    Path file = java.nio.file.Files.writeString(folder.resolve("k"), "#t0 1.0\n#gfp 0 GFP_X\n");
    try (PageEventReader reader = PageEventReader.open(file, "k", options)) {
      assertThat(reader.next()).isFalse();
      assertThat(reader.problems().first(EventProblem.BAD_HEADER))
          .containsExactly("k:2: #gfp \"GFP_X\": no such flag");
    }
  }
}
