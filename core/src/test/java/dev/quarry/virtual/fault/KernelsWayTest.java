package dev.quarry.virtual.fault;

import static dev.quarry.virtual.space.MapFlags.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.observe.PageMap;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.space.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the running kernel was seen to do, as pictures: a mark for each page that is present. */
class KernelsWayTest {
  private static final long PAGE = 4096;

  /** The last pages of a window of 16, and the first of the next. */
  private static final long AT = 0x2000_c000L;

  private static final long ANON = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
  private static final long FILE = MAP_SHARED | MAP_FIXED;

  @TempDir private Path folder;
  private Machine machine;
  private Cpu cpu;
  private Process process;
  private SystemCalls calls;

  @BeforeEach
  void oneProcess() {
    machine = FaultMachines.of(PageTableLayout.X86_64);
    cpu = machine.cpu(0);
    process = machine.processes().spawn(cpu);
    calls = new SystemCalls(cpu, process);
  }

  @AfterEach
  void allIsSound() {
    assertThat(machine.invariants()).isEmpty();
    machine.close();
  }

  private String present(int pages) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < pages; i++) {
      out.append(PageMap.isPresent(PageMap.word(process.mm(), AT + i * PAGE)) ? 'x' : '.');
    }
    return out.toString();
  }

  @Test
  void sixteenPagesAreCountedFromTheAreasBegin() {
    int fd = calls.memfdCreate("f");
    calls.ftruncate(fd, 24 * PAGE);
    calls.mmap(AT, 24 * PAGE, 3, FILE | MAP_POPULATE, fd, 0);
    calls.madvise(AT, 24 * PAGE, 4);
    process.load(cpu, AT, 1);
    assertThat(present(24)).isEqualTo("xxxxxxxxxxxxxxxx........");
    process.load(cpu, AT + 20 * PAGE, 1);
    assertThat(present(24)).isEqualTo("xxxxxxxxxxxxxxxx....xxxx");
  }

  @Test
  void aHoleInAFileTakesItsPagesButNotPrivateCopies() throws IOException {
    Path file = folder.resolve("data");
    Files.write(file, "x".repeat(4 * 4096).getBytes());
    int fd = process.open(machine.processes().pages().caches().open(file, true));
    calls.mmap(AT, 4 * PAGE, 3, FILE | MAP_POPULATE, fd, 0);
    calls.mmap(AT + 8 * PAGE, 4 * PAGE, 3, MAP_PRIVATE | MAP_FIXED, fd, 0);
    process.store(cpu, AT + 9 * PAGE, 1, 'y');
    process.load(cpu, AT + 10 * PAGE, 1);
    assertThat(calls.madvise(AT + PAGE, 2 * PAGE, 9)).isZero();
    assertThat(present(12)).isEqualTo("x..x....xx.x");
    assertThat(process.load(cpu, AT + PAGE, 1)).isZero();
    assertThat(process.load(cpu, AT + 9 * PAGE, 1)).isEqualTo('y');
    assertThat(Files.readAllBytes(file)[(int) PAGE]).isZero();
  }

  @Test
  void aLimitOfNoDataDoesNotHold() {
    process.limits().data(0);
    assertThat(calls.mmap(AT, 2 * PAGE, 3, ANON, -1, 0)).isEqualTo(AT);
    process.limits().data(PAGE);
    assertThat(calls.mmap(AT + 8 * PAGE, PAGE, 3, ANON, -1, 0)).isEqualTo(-Errno.ENOMEM);
  }

  @Test
  void aFileOnADiskIsNoMemoryOfItsOwn() throws IOException {
    Path file = folder.resolve("data");
    Files.write(file, new byte[4096]);
    int fd = process.open(machine.processes().pages().caches().open(file, true));
    calls.mmap(AT, 3 * PAGE, 3, ANON, -1, 0);
    long result = calls.mmap(AT + PAGE, PAGE, 3, MAP_PRIVATE | MAP_FIXED | MAP_SYNC, fd, 0);
    assertThat(result).isEqualTo(-Errno.EOPNOTSUPP);
    assertThat(process.mm().lookup(AT + PAGE)).as("what was there is gone").isZero();
    assertThat(process.mm().lookup(AT + 2 * PAGE)).isNotZero();
  }

  @Test
  void aCopyThatJoinsWhatItLeavesIsNotLocked() {
    calls.mmap(AT, PAGE, 3, ANON, -1, 0);
    calls.mlock2(AT, PAGE, MLOCK_ONFAULT);
    long to = AT - PAGE;
    assertThat(calls.mremap(AT, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, to)).isEqualTo(to);
    assertThat(process.mm().lookup(to)).isEqualTo(process.mm().lookup(AT));
    assertThat(process.mm().lockedVm()).isZero();
  }

  @Test
  void whatMayBeDroppedIsNotLockedButPopulated() {
    process.limits().mayLockMemory(true);
    calls.mlockall(MCL_FUTURE | MCL_ONFAULT);
    long flags = MAP_DROPPABLE | MAP_ANONYMOUS | MAP_FIXED;
    assertThat(calls.mmap(AT, 2 * PAGE, 3, flags, -1, 0)).isEqualTo(AT);
    assertThat(present(3)).isEqualTo("xx.");
    assertThat(process.mm().lockedVm()).isZero();
  }

  /** A copy that continues its source is one area with it until the source is cut out. */
  @Test
  void whatIsLeftOfASourceHasTheCopysAnonVma() {
    calls.mmap(AT, PAGE, 3, ANON, -1, 0);
    process.store(cpu, AT, 1, 1);
    calls.mmap(AT + 3 * PAGE, 2 * PAGE, 3, ANON, -1, 0);
    long from = AT + 3 * PAGE;
    long flags = MREMAP_MAYMOVE | MREMAP_FIXED;
    assertThat(calls.mremap(from, PAGE, 2 * PAGE, flags, AT + PAGE)).isEqualTo(AT + PAGE);
    long rest = process.mm().lookup(from + PAGE);
    assertThat(process.mm().spaces().areas().anonVma(rest)).isNotZero();
  }

  @Test
  void aPageThatIsWrittenForAnotherIsDirty() {
    calls.mmap(AT, 2 * PAGE, 3, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED | MAP_POPULATE, -1, 0);
    assertThat(smaps("Private_Dirty:")).isEqualTo("0 kB");
    assertThat(calls.madvise(AT, PAGE, 23)).as("POPULATE_WRITE").isZero();
    assertThat(smaps("Private_Dirty:")).isEqualTo("4 kB");
  }

  private String smaps(String name) {
    String file = machine.files().read("/proc/" + process.pid() + "/smaps").orElseThrow();
    String line = file.lines().filter(l -> l.startsWith(name)).findFirst().orElseThrow();
    return line.substring(name.length()).strip();
  }
}
