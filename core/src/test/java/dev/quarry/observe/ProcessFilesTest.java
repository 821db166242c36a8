package dev.quarry.observe;

import static dev.quarry.virtual.space.MapFlags.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.Presets;
import dev.quarry.virtual.space.SpaceSettings.Overcommit;
import dev.quarry.virtual.space.VmAreaStruct;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Files of processes, and the settings that concern them. */
class ProcessFilesTest {
  private static final long PAGE = 4096;
  private static final Pattern RUN = Pattern.compile("([0-9a-f]+)-([0-9a-f]+) ([0-9a-f]{16})");

  private Machine machine;
  private Cpu cpu;
  private Process process;
  private SystemCalls calls;

  @BeforeEach
  void boot() {
    machine = Machine.boot(Presets.get("server"));
    cpu = machine.cpu(0);
    process = machine.processes().spawn(cpu);
    calls = new SystemCalls(cpu, process);
  }

  @AfterEach
  void close() {
    machine.close();
  }

  private String file(String name) {
    return machine.files().read("/proc/" + process.pid() + "/" + name).orElseThrow();
  }

  private long anon(long pages) {
    return calls.mmap(0, pages * PAGE, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  }

  @Test
  void numaMaps() {
    long at = anon(4);
    process.store(cpu, at, 1, 1);
    Cpu far = machine.cpus().getLast();
    process.store(far, at + PAGE, 1, 1);
    process.load(cpu, at + 2 * PAGE, 1); // the page of zeros is nobody's
    int fd = calls.memfdCreate("name with = and blanks");
    calls.ftruncate(fd, 3 * PAGE);
    long shared = calls.mmap(0, 3 * PAGE, 3, MAP_SHARED, fd, 0);
    process.store(cpu, shared, 1, 1);
    process.load(cpu, shared + PAGE, 1);
    calls.brk(process.mm().startBrk() + 2 * PAGE);
    Process child = machine.processes().fork(cpu, process);
    assertThat(far.node()).isEqualTo(1);
    String memfd = "file=/memfd:name\\040with\\040\\075\\040and\\040blanks\\040(deleted)";
    assertThat(file("numa_maps").lines())
        .containsExactly(
            "555555554000 default heap",
            hex(shared)
                + " default "
                + memfd
                + " dirty=1 mapped=2 active=0 N0=2 kernelpagesize_kB=4",
            hex(at) + " default anon=2 dirty=2 mapmax=2 active=0 N0=1 N1=1 kernelpagesize_kB=4",
            hex(process.mm().startStack() - 32 * PAGE) + " default stack");
    machine.processes().exit(cpu, child);
  }

  private static String hex(long address) {
    return Long.toHexString(address);
  }

  /** The runs of pagemap, page by page, are the words of the pages. */
  @Test
  void pageMap() {
    long seed = 20_261_126;
    Random random = new Random(seed);
    long at = anon(200);
    for (int i = 0; i < 80; i++) {
      long page = at + random.nextInt(200) * PAGE;
      if (random.nextBoolean()) {
        process.store(cpu, page, 8, random.nextLong());
      } else {
        process.load(cpu, page, 8);
      }
    }
    calls.mprotect(at + 50 * PAGE, 20 * PAGE, 0);
    calls.munmap(at + 100 * PAGE, 7 * PAGE);
    calls.mmap(0, 1L << 40, 1, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    List<String> lines = file("pagemap").lines().toList();
    assertThat(lines).hasSizeBetween(20, 400);
    long checked = 0;
    long before = 0;
    for (String line : lines) {
      Matcher run = RUN.matcher(line);
      assertThat(run.matches()).as(line).isTrue();
      long from = Long.parseUnsignedLong(run.group(1), 16);
      long to = Long.parseUnsignedLong(run.group(2), 16);
      long word = Long.parseUnsignedLong(run.group(3), 16);
      assertThat(from).as(line).isGreaterThanOrEqualTo(before).isLessThan(to);
      long last = Math.min(to, from + 1000 * PAGE);
      for (long page = from; page < last; page += PAGE) {
        long expected = word + (PageMap.isPresent(word) ? (page - from) / PAGE : 0);
        assertThat(PageMap.word(process.mm(), page))
            .as("seed " + seed + " " + line)
            .isEqualTo(expected);
      }
      checked += (to - from) / PAGE;
      before = to;
    }
    assertThat(checked).isEqualTo(process.mm().totalVm());
  }

  @Test
  void settings() {
    String path = "/proc/sys/vm/overcommit_memory";
    assertThat(machine.files().read(path)).hasValue("0\n");
    machine.files().write(path, "2");
    assertThat(machine.files().read(path)).hasValue("2\n");
    assertThat(machine.processes().spaces().settings().overcommit()).isEqualTo(Overcommit.NEVER);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> machine.files().write(path, "3"))
        .withMessage("overcommit_memory 3 is not 0 to 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> machine.files().write(path, "two"))
        .withMessage("overcommit_memory is a number, not \"two\"");
    machine.files().write("/proc/sys/vm/overcommit_kbytes", "4096");
    assertThat(machine.files().read("/proc/sys/vm/overcommit_ratio")).hasValue("0\n");
    assertThat(machine.files().read("/proc/meminfo").orElseThrow())
        .contains("CommitLimit:        4096 kB\nCommitted_AS:        132 kB\n");
    for (String file : ProcFs.writablePaths()) {
      // As in Linux, what only makes something happen cannot be read.
      boolean does = file.endsWith("/drop_caches") || file.endsWith("/compact_memory");
      assertThat(machine.files().read(file).isPresent()).as(file).isEqualTo(!does);
    }
  }

  @Test
  void allFilesAreThereForAnyProcess() {
    assertThat(process.mm().firstArea()).isNotEqualTo(VmAreaStruct.NONE);
    for (String name : ProcessFiles.names()) {
      assertThat(file(name)).as(name).isNotEmpty().endsWith(name.equals("cmdline") ? "\0" : "\n");
    }
    assertThat(machine.files().read("/proc/1/environ")).isEmpty();
    assertThat(machine.files().read("/proc/9/maps")).isEmpty();
  }
}
