package dev.quarry.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.Presets;
import dev.quarry.reclaim.group.MemoryGroup;
import dev.quarry.virtual.space.Errno;
import dev.quarry.virtual.space.MapsText;
import dev.quarry.virtual.space.MmStruct;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs: against the kernel's own areas where it is Linux, and files that lie. */
class ExecveTest {
  private static final Path CAT = Path.of("/bin/cat");
  private static final int LOAD = 1;
  private static final int INTERP = 3;
  private static final int RELRO = 0x6474e552;
  private static final int HEADER = 56;
  private static final int FIRST_HEADER = 64;
  private static final long BASE = 0x5555_5555_4000L;

  @TempDir Path folder;

  private Machine machine;
  private Cpu cpu;
  private Process process;

  @BeforeEach
  void boot() {
    machine = Machine.boot(Presets.get("laptop"));
    cpu = machine.cpu(0);
    process = machine.processes().spawn(cpu);
  }

  @AfterEach
  void allIsSound() {
    assertThat(machine.invariants()).isEmpty();
    machine.processes().all().forEach(one -> machine.processes().exit(cpu, one));
    assertThat(machine.invariants()).isEmpty();
    machine.close();
  }

  private long exec(Path path, OptionalLong seed) {
    String name = path.toString();
    Execve execve = new Execve(cpu, machine.processes());
    return execve.execve(process, name, List.of(name), List.of("A=b"), seed);
  }

  private long exec(Path path) {
    return exec(path, OptionalLong.empty());
  }

  /** What a new program is given is its group's to pay, the file's pages included. */
  @Test
  void theGroupPaysForTheNewProgram() throws IOException {
    MemoryGroup group = machine.reclaim().groups().make("/batch");
    process.mm().task().group(group.id());
    assertThat(exec(write("paid", program(2)))).isZero();
    machine.processes().pages().caches().lru().drain(cpu);
    assertThat(group.usage()).isGreaterThanOrEqualTo(3);
  }

  /** Each area of program, interpreter, vdso and stack is where the running kernel has it. */
  @Test
  void areasAreThoseOfTheKernel() throws Exception {
    boolean recent = System.getProperty("os.version").matches("(6\\.1[89]|6\\.2\\d|[789]\\.).*");
    assumeTrue(
        recent && Files.exists(CAT) && Files.exists(Path.of("/usr/bin/setarch")),
        "no Linux 6.18 with setarch and cat: nothing to compare with");
    Path real = CAT.toRealPath();
    java.lang.Process cat = new ProcessBuilder("setarch", "-R", real.toString()).start();
    List<String> kernel;
    try {
      kernel = mapsOf(cat);
    } finally {
      cat.destroy();
      cat.waitFor();
    }
    assertThat(exec(real)).isZero();
    String interpreter = interpreterOf(real);
    String loaded = Path.of(interpreter).toRealPath().toString();
    MmStruct mm = process.mm();
    protectRelro(real, BASE);
    protectRelro(Path.of(loaded), startOf(kernel, loaded));
    List<String> ours = List.of(MapsText.text(mm).replace(interpreter, loaded).split("\n"));
    assertThat(areas(ours, real.toString(), loaded))
        .hasSizeGreaterThan(10)
        .isEqualTo(areas(kernel, real.toString(), loaded));
    assertThat(mm.startBrk()).isEqualTo(startOf(kernel, "[heap]"));
  }

  /** What {@code /proc/PID/maps} has when the program waits for its input. */
  private static List<String> mapsOf(java.lang.Process process) throws Exception {
    Path maps = Path.of("/proc", Long.toString(process.pid()), "maps");
    List<String> before = List.of();
    for (int i = 0; i < 200; i++) {
      List<String> now = Files.readAllLines(maps);
      boolean started = now.stream().anyMatch(line -> line.contains("/locale/"));
      if (now.equals(before) && (started || i > 50)) {
        return now;
      }
      before = now;
      process.waitFor(20, TimeUnit.MILLISECONDS);
    }
    return before;
  }

  private static long startOf(List<String> maps, String name) {
    String line = maps.stream().filter(one -> one.endsWith(name)).findFirst().orElseThrow();
    return Long.parseUnsignedLong(line.substring(0, line.indexOf('-')), 16);
  }

  /** Range, permissions, offset and name of the areas that execve makes. */
  private static List<String> areas(List<String> maps, String program, String interpreter) {
    List<String> names =
        List.of(program, interpreter, "[vdso]", "[vvar]", "[vvar_vclock]", "[stack]");
    List<String> areas = new ArrayList<>();
    for (String line : maps) {
      String[] f = line.split(" +");
      if (f.length > 5 && names.contains(f[5])) {
        areas.add(f[0] + " " + f[1] + " " + f[2] + " " + f[5]);
      }
    }
    return areas;
  }

  private static ByteBuffer elf(Path file) throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int header(ByteBuffer elf, int type) {
    for (int i = 0; i < elf.getShort(56); i++) {
      int at = FIRST_HEADER + i * HEADER;
      if (elf.getInt(at) == type) {
        return at;
      }
    }
    throw new AssertionError("no header of type " + type);
  }

  private static String interpreterOf(Path file) throws IOException {
    ByteBuffer elf = elf(file);
    int at = header(elf, INTERP);
    byte[] name = new byte[(int) elf.getLong(at + 32) - 1];
    elf.get((int) elf.getLong(at + 8), name);
    return new String(name, StandardCharsets.US_ASCII);
  }

  /** What the interpreter does to the program's data and its own. */
  private void protectRelro(Path file, long bias) throws IOException {
    ByteBuffer elf = elf(file);
    int at = header(elf, RELRO);
    long from = bias + elf.getLong(at + 16) & -4096;
    long to = bias + elf.getLong(at + 16) + elf.getLong(at + 40) & -4096;
    assertThat(new SystemCalls(cpu, process).mprotect(from, to - from, 1)).isZero();
  }

  /** A small program: code at a page, data with bss behind it. */
  private static byte[] program(int type) {
    ByteBuffer out = ByteBuffer.allocate(0x3000).order(ByteOrder.LITTLE_ENDIAN);
    out.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1});
    out.putShort(16, (short) type).putShort(18, (short) 62).putInt(20, 1);
    out.putLong(24, 0x40_1000).putLong(32, FIRST_HEADER);
    out.putShort(52, (short) 64).putShort(54, (short) HEADER).putShort(56, (short) 2);
    load(out, 0, 5, 0x1000, 0x40_1000, 0x1000, 0x1000);
    load(out, 1, 6, 0x2000, 0x40_3000, 0x800, 0x2100);
    return out.array();
  }

  private static void load(
      ByteBuffer out, int number, int flags, long offset, long at, long inFile, long inMemory) {
    int header = FIRST_HEADER + number * HEADER;
    out.putInt(header, LOAD).putInt(header + 4, flags).putLong(header + 8, offset);
    out.putLong(header + 16, at).putLong(header + 24, at);
    out.putLong(header + 32, inFile).putLong(header + 40, inMemory).putLong(header + 48, 0x1000);
  }

  private Path write(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  @Test
  void codeDataBssHeapStackAndVdso() throws IOException {
    Path file = write("small", program(2));
    assertThat(exec(file)).isZero();
    List<String> lines = new ArrayList<>();
    for (String line : MapsText.text(process.mm()).split("\n")) {
      String[] f = line.split(" +");
      lines.add(f[0] + " " + f[1] + " " + (f.length > 5 ? Path.of(f[5]).getFileName() : ""));
    }
    assertThat(lines)
        .containsExactly(
            "00401000-00402000 r-xp small",
            "00403000-00404000 rw-p small",
            "00404000-00406000 rw-p ",
            "7ffff7ff7000-7ffff7ffb000 r--p [vvar]",
            "7ffff7ffb000-7ffff7ffd000 r--p [vvar_vclock]",
            "7ffff7ffd000-7ffff7fff000 r-xp [vdso]",
            "7ffffffde000-7ffffffff000 rw-p [stack]");
    assertThat(process.mm().startBrk()).isEqualTo(0x40_6000);
    assertThat(process.load(cpu, 0x40_3800, 8)).as("behind the file's part").isZero();
    assertThat(process.load(cpu, 0x40_5000, 8)).as("bss").isZero();
    assertThat(new SystemCalls(cpu, process).brk(0x40_8000)).isEqualTo(0x40_8000);
  }

  @Test
  void addressesDifferBySeedOnly() throws IOException {
    Path file = write("small", program(2));
    assertThat(exec(file, OptionalLong.of(1))).isZero();
    String first = MapsText.text(process.mm());
    assertThat(exec(file, OptionalLong.of(2))).isZero();
    assertThat(MapsText.text(process.mm())).isNotEqualTo(first);
    assertThat(exec(file, OptionalLong.of(1))).isZero();
    assertThat(MapsText.text(process.mm())).isEqualTo(first);
  }

  /** Where it fails, the process has its old program, whatever the file says. */
  private void refuses(int errno, Path file) {
    String before = MapsText.text(process.mm());
    long pages = process.mm().rssPages();
    assertThat(exec(file)).as(file.toString()).isEqualTo(-errno);
    assertThat(MapsText.text(process.mm())).isEqualTo(before);
    assertThat(process.mm().rssPages()).isEqualTo(pages);
    assertThat(machine.invariants()).isEmpty();
  }

  private Path changed(String name, Consumer<ByteBuffer> change) throws IOException {
    byte[] bytes = program(2);
    change.accept(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    return write(name, bytes);
  }

  @Test
  void filesThatLieAreRefused() throws IOException {
    int data = FIRST_HEADER + HEADER;
    refuses(Errno.ENOENT, folder.resolve("absent"));
    refuses(Errno.ENOEXEC, write("empty", new byte[0]));
    refuses(Errno.ENOEXEC, write("cut", Arrays.copyOf(program(2), 100)));
    refuses(Errno.ENOEXEC, changed("arm", elf -> elf.putShort(18, (short) 183)));
    refuses(Errno.ENOEXEC, changed("object", elf -> elf.putShort(16, (short) 1)));
    refuses(Errno.ENOEXEC, changed("headers", elf -> elf.putShort(54, (short) 32)));
    refuses(Errno.ENOEXEC, changed("none", elf -> elf.putShort(56, (short) 0)));
    refuses(Errno.EINVAL, changed("shrinks", elf -> elf.putLong(data + 40, 0x700)));
    refuses(Errno.ENOMEM, changed("huge", elf -> elf.putLong(data + 40, 1L << 50)));
    refuses(Errno.EINVAL, changed("entry", elf -> elf.putLong(24, -1L)));
    refuses(Errno.EPERM, changed("low", elf -> elf.putLong(FIRST_HEADER + 16, 0x1000)));
    refuses(Errno.EINVAL, changed("askew", elf -> elf.putLong(FIRST_HEADER + 8, 0x1234)));
    refuses(Errno.ELOOP, loop());
  }

  /** A script that is its own interpreter. */
  private Path loop() throws IOException {
    Path script = folder.resolve("loop");
    return Files.writeString(script, "#!" + script + "\n");
  }

  @Test
  void aScriptRunsItsInterpreter() throws IOException {
    Path program = write("small", program(2));
    Path script = Files.writeString(folder.resolve("script"), "#! " + program + " -x\nrest\n");
    assertThat(exec(script)).isZero();
    assertThat(MapsText.text(process.mm())).contains("small");
  }

  /** Whatever bytes are changed: an error leaves the old program, success a sound machine. */
  @Test
  void changedFilesNeverLeaveHalfAProgram() throws IOException {
    long seed = 20;
    Random random = new Random(seed);
    int refused = 0;
    for (int round = 0; round < 300; round++) {
      byte[] bytes = program(random.nextBoolean() ? 2 : 3);
      for (int i = 0; i <= random.nextInt(3); i++) {
        bytes[random.nextInt(FIRST_HEADER + 2 * HEADER)] = (byte) (1 << random.nextInt(8));
      }
      Path file = write("changed" + round, bytes);
      String before = MapsText.text(process.mm());
      long result = exec(file);
      assertThat(result).as("seed " + seed + ", round " + round).isBetween(-4095L, 0L);
      if (result != 0) {
        refused++;
        assertThat(MapsText.text(process.mm())).isEqualTo(before);
      }
      if (round % 50 == 0) {
        assertThat(machine.invariants()).isEmpty();
      }
    }
    assertThat(refused).isBetween(30, 290);
  }
}
