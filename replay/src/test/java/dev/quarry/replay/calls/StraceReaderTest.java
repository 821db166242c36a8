package dev.quarry.replay.calls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.quarry.replay.calls.TaskEvent.Call;
import dev.quarry.replay.calls.TaskEvent.Executed;
import dev.quarry.replay.calls.TaskEvent.Exited;
import dev.quarry.replay.calls.TaskEvent.Forked;
import dev.quarry.replay.calls.TaskEvent.Sharing;
import dev.quarry.replay.read.RecordingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What strace writes, in each of its forms. */
class StraceReaderTest {
  @TempDir Path folder;

  private final Complaints wrong = new Complaints(false);

  private List<TaskEvent> read(String text) throws IOException {
    return StraceReader.read(Files.writeString(folder.resolve("t"), text), "t", wrong);
  }

  @Test
  void callsWithTheirArguments() throws IOException {
    assertThat(
            read(
                """
                7 1.000002 mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|0x20, -1, 0) = 0x7f0000001000
                7 2.5 brk(NULL)       = 0x555555694000
                7 3.0 mprotect(0x7f0000001000, 4096, PROT_NONE) = -1 ENOMEM (Cannot allocate memory)
                7 4.0 mmap(NULL, 10, PROT_READ, MAP_PRIVATE, 3</lib/a, b.so>, 0x26000) = 0x7f0000003000
                7 5.0 getpid() = 7
                """))
        .containsExactly(
            new Call(
                1_000_002,
                7,
                CallName.MMAP,
                List.of(0L, 8192L, 3L, 0x22L, -1L, 0L),
                0x7f0000001000L,
                1),
            new Call(2_500_000, 7, CallName.BRK, List.of(0L), 0x5555_5569_4000L, 2),
            new Call(3_000_000, 7, CallName.MPROTECT, List.of(0x7f0000001000L, 4096L, 0L), -12, 3));
    assertThat(wrong.report().getFirst()).contains("t:4:"); // a path with a comma is not guessed at
  }

  @Test
  void aForkCountsWhereItBegan() throws IOException {
    List<TaskEvent> events =
        read(
            """
            [pid 10] 12:00:01.000000 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD <unfinished ...>
            [pid 11] 12:00:01.000001 brk(NULL <unfinished ...>
            [pid 10] 12:00:01.000002 <... clone resumed>, child_tidptr=0x7f) = 11
            [pid 11] 12:00:01.000003 <... brk resumed>) = 0x1000
            [pid 11] 12:00:01.000004 execve("/bin/true", ["true"], 0x7ffc /* 3 vars */) = 0
            [pid 11] 12:00:01.000005 exit_group(0) = ?
            [pid 11] 12:00:01.000006 +++ exited with 0 +++
            """);
    long second = (12 * 3600 + 1) * 1_000_000L;
    assertThat(events)
        .containsExactly(
            new Forked(second + 2, 10, 11, Sharing.COPY),
            new Call(second + 3, 11, CallName.BRK, List.of(0L), 0x1000, 4),
            new Executed(second + 4, 11, "/bin/true"),
            new Exited(second + 5, 11, true),
            new Exited(second + 6, 11, false));
    assertThat(wrong.total()).isZero();
  }

  @Test
  void threadsAndVforkShareTheirSpace() throws IOException {
    assertThat(
            read(
                """
                clone3({flags=CLONE_VM|CLONE_THREAD|CLONE_SIGHAND, exit_signal=0}, 88) = 5
                vfork() = 6
                clone(child_stack=0x7f, flags=CLONE_VM|CLONE_VFORK|SIGCHLD) = 7
                fork() = 8
                fork() = -1 EAGAIN (Resource temporarily unavailable)
                """))
        .extracting(event -> ((Forked) event).sharing())
        .containsExactly(Sharing.THREAD, Sharing.SPACE, Sharing.SPACE, Sharing.COPY);
  }

  @Test
  void whatCannotBeReadIsNamedByItsLine() throws IOException {
    String text =
        """
        1 1.0 brk(NULL) = 0x1000
        1 1.0 mmap(NULL, 81
        1 1.0 <... munmap resumed>) = 0
        1 1.0 mmap2(NULL, 8192, PROT_READ, MAP_PRIVATE, 3, 0) = 0xb6f00000
        1 1.0 mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, 3, 0) = 0xffffa1b2c000
        1 1.0 munmap(0x1000, PAGE) = 0
        1 1.0 munmap(0x1000, 4096) =\
        """;
    assertThat(read(text)).hasSize(1);
    assertThat(wrong.report())
        .hasSize(6)
        .anyMatch(line -> line.contains("t:2:"))
        .anyMatch(line -> line.contains("t:3:") && line.contains("not begun"))
        .anyMatch(line -> line.contains("t:4:") && line.contains("another architecture"))
        .anyMatch(line -> line.contains("t:5:") && line.contains("0x7fffffffe000"))
        .anyMatch(line -> line.contains("t:6:") && line.contains("\"PAGE\""))
        .anyMatch(line -> line.contains("t:7:") && line.contains("without an end"));
    assertThatExceptionOfType(RecordingException.class)
        .isThrownBy(() -> StraceReader.read(folder.resolve("t"), "t", new Complaints(true)))
        .withMessageStartingWith("t:2: ");
  }

  @Test
  void aLineThatIsTooLongIsLeftOutAndItsBytesCounted() throws IOException {
    String text =
        "1 1.0 brk(NULL) = 0x1000\n" + "x".repeat(300_000) + "\n1 2.0 brk(NULL) = 0x1000\n";
    assertThat(read(text)).hasSize(2);
    assertThat(wrong.report())
        .containsExactly(
            "line longer than 64 KiB: 1 line left out, first t:2: it has 300000 bytes");
  }

  @Test
  void otherTextIsNotTakenForIt() throws IOException {
    assertThat(StraceReader.looksLikeIt("1 1.0 brk(NULL) = 0x1000\n")).isTrue();
    assertThat(StraceReader.looksLikeIt("[pid 3] vfork( <unfinished ...>\n")).isTrue();
    assertThat(StraceReader.looksLikeIt("  cc1-12 [001] 5.0: mm_page_alloc: page=0 pfn=5\n"))
        .isFalse();
    assertThatExceptionOfType(RecordingException.class)
        .isThrownBy(() -> read("hello\n"))
        .withMessageContaining("no line with a system call");
  }
}
