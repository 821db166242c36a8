package dev.quarry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code p: exec}, and the files of /proc of one program here and in the kernel that runs. */
class ExecCommandTest {
  private static final String START = "boot course\np = spawn\n";

  @TempDir Path folder;

  /** {@code examples/hello.elf}, where it may be executed, and clean in the page cache. */
  private Path hello() throws IOException {
    Path copy = folder.toRealPath().resolve("hello.elf");
    Files.copy(Repository.root().resolve("examples/hello.elf"), copy);
    try (FileChannel channel = FileChannel.open(copy, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwx------"));
    return copy;
  }

  /** All bytes but device and inode, soft-dirty pages and the page that no area is. */
  @ParameterizedTest
  @CsvSource({"maps", "smaps", "smaps_rollup", "statm", "status"})
  void filesAreThoseOfTheKernelByteForByte(String file) throws Exception {
    boolean recent = System.getProperty("os.version").matches("(6\\.1[89]|6\\.2\\d|[789]\\.).*");
    assumeTrue(
        recent && Files.exists(Path.of("/usr/bin/setarch")),
        "no Linux 6.18 with setarch: nothing to compare with");
    Path hello = hello();
    ProcessBuilder builder = new ProcessBuilder("setarch", "-R", hello.toString(), "one");
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/bin:/bin");
    Process real = builder.start();
    List<String> expected;
    try {
      byte[] said = real.getInputStream().readNBytes(6);
      assertThat(new String(said, StandardCharsets.US_ASCII)).isEqualTo("hello\n");
      expected = comparable(kernel(real, file));
    } finally {
      real.destroy();
      real.waitFor();
    }
    // the program has run its code and written its data to the standard output
    String script = START + "p: exec " + hello + " one\np: fetch 0x401120\ncat /proc/1/" + file;
    Cli.Result result = Cli.script(script);
    assertThat(result.code()).as(result.err()).isZero();
    String shown = result.out().substring(result.out().indexOf("file around"));
    List<String> lines = shown.lines().skip(1).toList();
    assertThat(comparable(lines)).isEqualTo(expected);
  }

  /** The file, once the program waits for its input. */
  private static List<String> kernel(Process real, String file) throws Exception {
    Path proc = Path.of("/proc", Long.toString(real.pid()));
    for (int i = 0; i < 500; i++) {
      if (Files.readString(proc.resolve("stat")).contains(") S ")) {
        break;
      }
      real.waitFor(10, TimeUnit.MILLISECONDS);
    }
    return Files.readAllLines(proc.resolve(file));
  }

  private static List<String> comparable(List<String> lines) {
    List<String> all = new ArrayList<>();
    for (String line : lines) {
      if (line.contains("[vsyscall]")) {
        return all;
      }
      boolean other = line.matches("[A-Za-z_]+:\t.*") && !line.matches("(Vm|Rss).*");
      if (!other) {
        all.add(
            line.replaceFirst(" [0-9a-f]{2,}:[0-9a-f]{2} [0-9]+ +/", " DEVICE /")
                .replace(" sd ", " "));
      }
    }
    return all;
  }

  @Test
  void whatAnotherProgramLeavesIsGone() throws IOException {
    Path hello = hello();
    Cli.Result result =
        Cli.script(
            START
                + "p: a = mmap 64K\np: store a 1 pages=16\nq = clone p\np: exec "
                + hello
                + "\nexpect p.areas == 8\nexpect p.rss == 2\nexpect q.rss == 16\n"
                + "p: v = load 0x402150 bytes=1\nexpect v.value == 104\n"
                + "p: e = load a\nexpect e.signal == SIGSEGV\n"
                + "p: exec "
                + hello
                + " layout=random seed=3\nexit q\ncheck\n");
    assertThat(result.code()).as(result.err()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "course, /nowhere, ENOENT",
    "course, /, EACCES",
    "course, README.md, ENOEXEC",
    "x86-32, hello, ENOEXEC"
  })
  void aFileThatIsNoProgramLeavesTheProcessAsItWas(String machine, String name, String errno)
      throws IOException {
    Path file = name.equals("hello") ? hello() : Repository.root().resolve(name);
    Cli.Result result =
        Cli.script(
            "boot "
                + machine
                + "\np = spawn\np: a = mmap 64K\np: store a 7\np: e = exec "
                + file
                + "\nexpect e.errno == "
                + errno
                + "\np: v = load a\nexpect v.value == 7\ncheck\n");
    assertThat(result.code()).as(result.err()).isZero();
  }
}
