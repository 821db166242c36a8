package dev.quarry.replay.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.recording.EventPolicy;
import dev.quarry.replay.recording.EventProblem;
import dev.quarry.replay.recording.PageEvent;
import dev.quarry.replay.recording.PageEventOptions;
import dev.quarry.replay.recording.PageEvents;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lines of perf, tracefs and trace-cmd, one by one. */
class TraceEventReaderTest {
  private static final String GOOD = "sh-7 [000] 1.000000: mm_page_free: page=0 pfn=5 order=0\n";

  @TempDir Path folder;

  private PageEvents open(byte[] file, EventPolicy policy) throws IOException {
    PageEventOptions options =
        PageEventOptions.of(policy, TraceEventReaderTest::gfp).bounds(8191, 10, 5);
    Path path = Files.write(folder.resolve("t.txt"), file);
    return EventFile.open(path, "t.txt").events(options, false);
  }

  private static int gfp(String names) {
    if (names.equals("GFP_NEVER")) {
      throw new IllegalArgumentException("no such flag");
    }
    return names.length();
  }

  private PageEvents open(String text) throws IOException {
    return open(text.getBytes(StandardCharsets.ISO_8859_1), EventPolicy.LENIENT);
  }

  private static List<String> all(PageEvents events) {
    List<String> lines = new ArrayList<>();
    PageEvent e = events.event();
    while (events.next()) {
      lines.add(
          String.join(
              " ",
              e.kind().mark(),
              Long.toString(e.timeMicros()),
              "cpu" + e.cpu(),
              "tid" + e.tid(),
              "[" + events.comm(e.tid()) + "]",
              Integer.toString(e.pfn()),
              Integer.toString(e.order())));
    }
    return lines;
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "sh 7 [002] 3.000004: kmem:mm_page_free:     | 3000004 cpu2 tid7 [sh]",
        "sh 1/7 [002] 3.000004: kmem:mm_page_free:   | 3000004 cpu2 tid7 [sh]",
        "sh 7 [002] 3.000004:  1 kmem:mm_page_free:  | 3000004 cpu2 tid7 [sh]",
        "sh 7 [002] 3.000004999: kmem:mm_page_free:  | 3000004 cpu2 tid7 [sh]",
        "sh 7 [002] 3.0004: kmem:mm_page_free:       | 3000400 cpu2 tid7 [sh]",
        "sh-7 [002] 3.000004: mm_page_free:          | 3000004 cpu2 tid7 [sh]",
        "sh-7 [002] d..1. 3.000004: mm_page_free:    | 3000004 cpu2 tid7 [sh]",
        "sh-7 (    5) [002] d..1 3.000004: mm_page_free: | 3000004 cpu2 tid7 [sh]",
        "sh-7 (-----) [002] d..1 3.000004: mm_page_free: | 3000004 cpu2 tid7 [sh]",
        "<...>-7 [002] .... 3.000004: mm_page_free:  | 3000004 cpu2 tid7 []",
        "<idle>-0 [002] .... 3.000004: mm_page_free: | 3000004 cpu2 tid0 [<idle>]",
        "a b:1-7 [002] .... 3.000004: mm_page_free:  | 3000004 cpu2 tid7 [a b:1]",
        "a [1] 7 [002] 3.000004: kmem:mm_page_free:  | 3000004 cpu2 tid7 [a [1]]",
        "a (x) 7 [002] 3.000004: kmem:mm_page_free:  | 3000004 cpu2 tid7 [a (x)]",
        "x-1 [0] 1.0: -7 [002] 3.000004: mm_page_free: | 3000004 cpu2 tid7 [x-1 [0] 1.0:]",
        "mm_page_free:-7 [002] 3.000004: mm_page_free: | 3000004 cpu2 tid7 [mm_page_free:]",
        "kworker/0:1-ev 7 [002] 3.000004: kmem:mm_page_free: |"
            + " 3000004 cpu2 tid7 [kworker/0:1-ev]",
      })
  void headsAreReadFromTheirEnd(String head, String expected) throws IOException {
    String fields = " page=0x0 pfn=0x1f order=3\n";
    assertThat(all(open(" ".repeat(3) + head + fields))).containsExactly("F " + expected + " 31 3");
    assertThat(all(open(head.replace(" [", "\t[") + fields))).hasSize(1);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = ';',
      value = {
        "alloc: page=(nil) pfn=0 order=4 migratetype=0 gfp_flags=GFP_KERNEL ; A! -1 4",
        "alloc: page=(null) pfn=0x0 order=4 migratetype=0 gfp_flags=GFP_KERNEL ; A! -1 4",
        "alloc: page=0 pfn=0xffffffffffffffff order=4 migratetype=0 gfp_flags=none ; A! -1 4",
        "alloc: page=(nil) pfn=0x10 order=4 migratetype=0 gfp_flags=0xcc0 ; A 16 4",
        "alloc: page=1 pfn=10 order=4 migratetype=0 nr_free=3 gfp_flags=GFP_A|GFP_B ; A 10 4",
        "free_batched: page=1 pfn=10 order=0 cold=1 ; B 10 0",
        "alloc_zone_locked: page=1 pfn=10 order=0 migratetype=1 ; Z 10 0",
      })
  void fieldsOfManyKernelsAreRead(String line, String expected) throws IOException {
    List<String> found = all(open("sh-7 [002] 3.000004: mm_page_" + line + "\n"));
    String event = expected.substring(0, expected.indexOf(' '));
    String rest = expected.substring(expected.indexOf(' '));
    assertThat(found).containsExactly(event + " 3000004 cpu2 tid7 [sh]" + rest);
  }

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "sh-7 [000] 1.5: mm_page_free: page=0 pfn=5                | MISSING_FIELD",
        "sh-7 [000] 1.5: mm_page_free: page=0 xpfn=5 order=0       | MISSING_FIELD",
        "sh-7 [000] 1.5: mm_page_free:                             | MISSING_FIELD",
        "sh-7 [000] 1.5: mm_page_alloc: pfn=1 order=0 migratetype=1 gfp_flags= | MISSING_FIELD",
        "sh-7 [000] 1.5: mm_page_free: page=0 pfn=5x order=0       | NOT_A_NUMBER",
        "sh-7 [000] 1.5: mm_page_free: page=0 pfn=0x order=0       | NOT_A_NUMBER",
        "sh-7 [000] 1.5: mm_page_free: pfn=99999999999999999999 order=0 | NOT_A_NUMBER",
        "sh-7 [000] 1.5: mm_page_free: page=0 pfn=9000 order=0     | OUT_OF_RANGE",
        "sh-7 [000] 1.5: mm_page_free: page=0 pfn=8191 order=1     | OUT_OF_RANGE",
        "sh-7 [000] 1.5: mm_page_free: page=0 pfn=-1 order=1       | OUT_OF_RANGE",
        "sh-7 [000] 1.5: mm_page_free: page=0 pfn=1 order=11       | OUT_OF_RANGE",
        "sh-7 [65536] 1.5: mm_page_free: page=0 pfn=1 order=1      | OUT_OF_RANGE",
        "sh-99999999999 [0] 1.5: mm_page_free: page=0 pfn=1 order=1 | OUT_OF_RANGE",
        "sh-7 [000] 1.5: mm_page_pcpu_drain: pfn=1 order=1 migratetype=5 | OUT_OF_RANGE",
        "sh-7 [000] mm_page_free: page=0 pfn=1 order=1             | NO_HEAD",
        "sh-7 1.5: mm_page_free: page=0 pfn=1 order=1              | NO_HEAD",
        "[000] 1.5: mm_page_free: page=0 pfn=1 order=1             | NO_HEAD",
        "sh-7 [000] 15: mm_page_free: page=0 pfn=1 order=1         | NO_HEAD",
        "sh-7 [000] 1.5: mm_page_alloc: pfn=1 order=0 migratetype=1 gfp_flags=GFP_NEVER"
            + " | UNKNOWN_GFP",
        "sh-7 [000] 0.5: mm_page_free: page=0 pfn=1 order=1        | TIME_BACKWARDS",
        "s\u00ff-7 [000] 1.5: mm_page_free: page=0 pfn=1 order=1   | NOT_UTF8",
      })
  void whatIsWrongIsCountedWithItsLine(String line, EventProblem problem) throws IOException {
    for (String end : List.of("\n", "\r\n")) {
      try (PageEvents events = open(GOOD + line + end + GOOD.replace("1.0", "2.0"))) {
        assertThat(all(events)).hasSize(problem.dropsLine() ? 2 : 3);
        assertThat(events.problems().count(problem)).isEqualTo(1);
        assertThat(events.problems().total()).isEqualTo(1);
        assertThat(events.problems().first(problem).getFirst()).startsWith("t.txt:2: ");
      }
    }
    byte[] bytes = (GOOD + line + "\n").getBytes(StandardCharsets.ISO_8859_1);
    try (PageEvents events = open(bytes, EventPolicy.STRICT)) {
      assertThatThrownBy(() -> all(events))
          .isInstanceOf(RecordingException.class)
          .hasMessageStartingWith("t.txt:2: ");
    }
  }

  @Test
  void aFrameThatIsAllocatedAgainWithoutAFreeIsCounted() throws IOException {
    String alloc = "sh-7 [000] 1.0: mm_page_alloc: pfn=9 order=0 migratetype=1 gfp_flags=GFP_A\n";
    String free = "sh-7 [000] 1.0: mm_page_free: pfn=9 order=0\n";
    try (PageEvents events = open(alloc + free + alloc + alloc + free + alloc)) {
      assertThat(all(events)).hasSize(6);
      assertThat(events.problems().report())
          .containsExactly(
              "allocated twice without a free: 1 line, first t.txt:4:"
                  + " pfn 9 is allocated again and was not freed");
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "CPU:3 [LOST 1234 EVENTS]                         | 1234 | 1234 events were lost on CPU 3",
        "CPU:3 [77 EVENTS DROPPED]                        | 77   | 77 events were lost on CPU 3",
        "CPU:3 [EVENTS DROPPED]       | 0    | an unknown number of events was lost on CPU 3",
        "##### CPU 3 buffer started ####    | 0 | what CPU 3 did before this was overwritten",
        "# entries-in-buffer/entries-written: 100/350   #P:4 | 250 |"
            + " 250 events were lost before the first",
        "perf 9 [003] 1.000001: PERF_RECORD_LOST lost 9   | 9    | 9 events were lost",
        "9/9 [3] 1.1: unknown: PERF_RECORD_LOST_SAMPLES lost 9 | 9 | 9 events were lost",
      })
  void whatTheRecorderLostIsCounted(String line, long lost, String message) throws IOException {
    try (PageEvents events = open(GOOD + line + "\n" + GOOD)) {
      assertThat(all(events)).hasSize(2);
      assertThat(events.problems().first(EventProblem.LOST_EVENTS))
          .containsExactly("t.txt:2: " + message);
      assertThat(((TraceEventReader) events).lostEvents()).isEqualTo(lost);
    }
  }

  @Test
  void linesWithoutEndOrEndlessAreLeftOut() throws IOException {
    try (PageEvents events = open(GOOD + GOOD.strip())) {
      assertThat(all(events)).hasSize(1);
      assertThat(events.problems().count(EventProblem.CUT_LINE)).isEqualTo(1);
    }
    for (int length : new int[] {70_000, 1_000_000}) {
      try (PageEvents events = open(GOOD + "x".repeat(length) + "\n" + GOOD)) {
        assertThat(all(events)).hasSize(2);
        assertThat(events.problems().count(EventProblem.LINE_TOO_LONG)).isEqualTo(1);
      }
    }
  }

  @Test
  void filesWithoutSuchEventsAreRefused() {
    assertThatThrownBy(() -> open("")).hasMessage("t.txt: is empty");
    assertThatThrownBy(() -> open("hello\n1 2 3\n"))
        .isInstanceOf(RecordingException.class)
        .hasMessageStartingWith(
            "t.txt: has no form that can be read (ev.K, ev.S or references as text or compact,")
        .hasMessageEndingWith("it begins with \"hello\"");
    assertThatThrownBy(() -> all(open("# tracer: nop\n\nsh-7 [000] 1.5: sched_switch: x\n")))
        .isInstanceOf(RecordingException.class)
        .hasMessageContaining("holds no event of the page allocator")
        .hasMessageEndingWith("in 3 lines");
  }

  @Test
  void packedFilesAreKnownByTheirContent() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write(GOOD.getBytes(StandardCharsets.US_ASCII));
    }
    assertThat(all(open(packed.toByteArray(), EventPolicy.STRICT)))
        .containsExactly("F 1000000 cpu0 tid7 [sh] 5 0");
  }
}
