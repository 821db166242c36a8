package dev.quarry.conform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.cli.ShellRuns;
import dev.quarry.virtual.space.Errno;
import dev.quarry.virtual.space.SpaceSettings.Overcommit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What conform prints for a difference does in the shell what it did in the comparison. */
class PrintedScriptsTest {
  private static final long LOWEST = 65536;
  private static final int SEQUENCES = 40;
  private static final int OPERATIONS = 60;
  private static final Set<Call> ADDRESSES = Set.of(Call.MMAP, Call.MREMAP);

  @TempDir Path folder;

  /** The script, in which each line with a number as its result expects that number. */
  private static String expecting(String script, Sequence sequence, List<Observation> seen) {
    List<String> lines = new ArrayList<>(script.lines().toList());
    int first = lines.size() - seen.size();
    for (int i = seen.size() - 1; i >= 0; i--) {
      Op op = sequence.operations().get(i);
      long result = seen.get(i).result();
      String line = lines.get(first + i);
      boolean address = ADDRESSES.contains(op.call()) && !Errno.isError(result);
      boolean value = op.call() == Call.LOAD && seen.get(i).signal() == 0 && result >= 0;
      if (address || value) {
        lines.set(first + i, line.replaceFirst(": ", ": v = "));
        String part = address ? "address == 0x" + Long.toHexString(result) : "value == " + result;
        lines.add(first + i + 1, "expect v." + part);
      }
    }
    return String.join("\n", lines) + "\n";
  }

  @Test
  void doInTheShellWhatTheyDidInTheComparison() throws Exception {
    Path disk = Files.createFile(folder.resolve("disk"));
    try (QuarrySide quarry = new QuarrySide(disk, LOWEST, Overcommit.GUESS)) {
      for (int number = 0; number < SEQUENCES; number++) {
        Sequence sequence = Draw.sequence(5, number, OPERATIONS).possible();
        quarry.begin(sequence.settings());
        List<Observation> seen = quarry.play(sequence.operations());
        List<String> expected = quarry.smaps(0);
        String script = expecting(ShellScript.of(sequence, seen), sequence, seen);
        String mark = "where the areas begin";
        script += "print \"" + mark + "\"\ncat /proc/1/smaps\ncheck\n";
        String out = ShellRuns.output(script);
        List<String> shown = out.substring(out.indexOf(mark)).lines().skip(1).toList();
        shown = shown.stream().filter(line -> line.matches("[0-9a-f]+-.*|[A-Za-z_]+:.*")).toList();
        long end = Window.seenEnd(sequence.settings());
        assertThat(SmapsText.areas(shown, Window.START, end)).as(script).isEqualTo(expected);
      }
    }
  }

  /** Found so: the tree turns while an area goes, and must know of the gap that this makes. */
  @Test
  void theTreeKnowsTheGapThatAnAreaLeaves() {
    assertThat(
            ShellRuns.output(
                """
                boot course
                p = spawn heap=0x1000001fb000
                p: thp_disable yes
                # free for areas: 0x1000001e0000 to 0x100000202000; all other addresses are taken
                p: munmap 0x7ffffffde000 135168
                p: mmap 17592186896384 none private anon noreserve fixed=0x10000
                p: mmap 123145299030016 none private anon noreserve fixed=0x100000320000
                p: mmap 1048576 none shared anon fixed=0x1000000e0000
                p: mmap 1171456 none shared anon fixed=0x100000202000
                p: f = memfd conform 48K
                p: g = tmpfile 96K fill=numbered
                p: readahead g
                p: prlimit memlock=20480
                p: mmap 12288 rw private anon stack fixed=0x1000001e6000
                p: mmap 8192 rw private anon populate above4g fixed=0x1000001fb000
                p: mmap 40960 rx shared anon above4g fixed=0x1000001f2000
                p: mprotect 0x1000001fb000 4096 rw
                p: syscall mmap 0x1000001ee000 0x3000 0x3 0x831 -1 0x0
                p: mmap 12288 rw private anon fixed=0x1000001e9000
                p: mmap 12288 rw private above4g file g offset=0x7000 fixed=0x1000001f1000
                p: mprotect 0x1000001f0000 16384 r
                p: syscall mmap 0x0 0x1000 0x3 0x4008001 f 0x0
                q = fork p
                q: mmap 10995 x private anon
                q: munmap 0x1000001f1000 12288
                q: v = mmap 12288 rw private anon
                expect v.address == 0x1000001f1000
                check
                """))
        .isNotEmpty();
  }
}
