package dev.quarry.virtual.fault;

import static dev.quarry.virtual.space.MapFlags.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.observe.PageMap;
import dev.quarry.physical.ZoneStat;
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
  void aCopyIsLockedAndNotThePageThatItWasMadeFrom() throws IOException {
    Path file = folder.resolve("data");
    Files.write(file, new byte[4 * 4096]);
    process.limits().memlock(64 << 20);
    int fd = process.open(machine.processes().pages().caches().open(file, true));
    calls.mmap(AT, 4 * PAGE, 3, MAP_PRIVATE | MAP_FIXED, fd, 0);
    process.load(cpu, AT, 1);
    calls.mlock(AT + PAGE, 2 * PAGE);
    calls.mmap(AT + 8 * PAGE, 4 * PAGE, 1, FILE | MAP_POPULATE, fd, 0);
    calls.madvise(AT + 8 * PAGE, 4 * PAGE, 21);
    assertThat(present(12)).isEqualTo("xxx.....x...");
  }

  @Test
  void pagesAroundAFaultInALockedAreaAreLocked() throws IOException {
    Path file = folder.resolve("data");
    Files.write(file, new byte[4 * 4096]);
    process.limits().memlock(64 << 20);
    int fd = process.open(machine.processes().pages().caches().open(file, true));
    calls.mmap(AT + 8 * PAGE, 4 * PAGE, 1, FILE | MAP_POPULATE, fd, 0);
    calls.mmap(AT, 4 * PAGE, 1, FILE, fd, 0);
    calls.mlock2(AT, 4 * PAGE, 1);
    process.load(cpu, AT, 1);
    assertThat(present(12)).isEqualTo("xxxx....xxxx");
    assertThat(calls.munmap(AT + 8 * PAGE, 4 * PAGE)).isZero();
    calls.madvise(AT, 4 * PAGE, 21);
    assertThat(locked()).isEqualTo(4);
    calls.munmap(AT + PAGE, PAGE);
    assertThat(locked()).isEqualTo(3);
  }

  private long locked() {
    return machine.memory().zones().stream().mapToLong(z -> z.stat(ZoneStat.NR_MLOCK)).sum();
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

  /** Two views of one page: what is written back is clean in both, and the next store is seen. */
  @Test
  void writingBackProtectsThePageWhereverItIsMapped() throws IOException {
    Path file = folder.resolve("data");
    Files.write(file, new byte[4096]);
    int fd = process.open(machine.processes().pages().caches().open(file, true));
    calls.mmap(AT, PAGE, 3, FILE, fd, 0);
    calls.mmap(AT + 8 * PAGE, PAGE, 3, FILE, fd, 0);
    process.store(cpu, AT, 1, 'a');
    process.store(cpu, AT + 8 * PAGE, 1, 'b');
    long faults = process.mm().minFaults();
    assertThat(calls.msync(AT, PAGE, MS_SYNC)).isZero();
    assertThat(Files.readAllBytes(file)[0]).isEqualTo((byte) 'b');
    assertThat(smaps("Private_Dirty:") + smaps("Shared_Dirty:")).isEqualTo("0 kB0 kB");
    process.store(cpu, AT + 8 * PAGE, 1, 'c');
    process.store(cpu, AT, 1, 'd');
    assertThat(process.mm().minFaults() - faults).as("each view faults once").isEqualTo(2);
    assertThat(smaps("Shared_Dirty:")).isEqualTo("4 kB");
  }

  /** A fork shares the pages: what the child gives up is still the parent's, until it writes. */
  @Test
  void pagesGivenUpAfterAForkAreTheParentsStill() {
    calls.mmap(AT, 2 * PAGE, 3, ANON, -1, 0);
    process.store(cpu, AT, 1, 1);
    process.store(cpu, AT + PAGE, 1, 2);
    Process child = machine.processes().fork(cpu, process);
    assertThat(child).isNotNull();
    SystemCalls other = new SystemCalls(cpu, child);
    assertThat(other.madvise(AT, 2 * PAGE, 8)).isZero();
    assertThat(smaps("Shared_Dirty:")).as("the parent's entries").isEqualTo("8 kB");
    child.store(cpu, AT, 1, 3);
    assertThat(process.load(cpu, AT, 1)).isEqualTo(1);
    assertThat(other.madvise(AT, 2 * PAGE, 8)).isZero();
    assertThat(other.madvise(AT, 2 * PAGE, 21)).isZero();
    assertThat(child.load(cpu, AT, 1)).as("the child's own copy was given up").isZero();
    assertThat(process.load(cpu, AT, 1)).isEqualTo(1);
    assertThat(child.load(cpu, AT + PAGE, 1)).isEqualTo(2);
    machine.processes().exit(cpu, child);
  }

  /** The rest of the last page is filled with zeros, and that is a write. */
  @Test
  void aPageThatAFilesNewEndCutsIsDirty() {
    int fd = calls.memfdCreate("f");
    calls.ftruncate(fd, 2 * PAGE);
    calls.mmap(AT, 2 * PAGE, 3, FILE | MAP_POPULATE, fd, 0);
    assertThat(smaps("Private_Dirty:")).isEqualTo("0 kB");
    assertThat(calls.ftruncate(fd, PAGE)).isZero();
    assertThat(present(2) + smaps("Private_Dirty:")).as("a page's edge").isEqualTo("x.0 kB");
    assertThat(calls.ftruncate(fd, 100)).isZero();
    assertThat(present(2) + smaps("Private_Dirty:")).isEqualTo("x.4 kB");
  }

  /**
   * Without swap, what was written must stay; zeros of a file in memory come again by themselves.
   */
  @Test
  void sharedMemoryThatNobodyWroteCanBeDropped() {
    long flags = MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED | MAP_POPULATE;
    calls.mmap(AT, 4 * PAGE, 3, flags, -1, 0);
    process.store(cpu, AT + PAGE, 1, 7);
    assertThat(calls.madvise(AT, 4 * PAGE, 21)).isZero();
    assertThat(present(4)).isEqualTo("....");
    assertThat(process.load(cpu, AT + PAGE, 1)).isEqualTo(7);
    assertThat(present(4)).as("around it nothing is in the cache").isEqualTo(".x..");
    assertThat(process.load(cpu, AT, 1)).isZero();
  }

  @Test
  void droppablePagesAreDroppedEvenIfTheyWereWritten() {
    calls.mmap(AT, 2 * PAGE, 3, MAP_DROPPABLE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    process.store(cpu, AT, 1, 7);
    assertThat(calls.madvise(AT, 2 * PAGE, 21)).isZero();
    assertThat(present(2)).isEqualTo("..");
    assertThat(process.load(cpu, AT, 1)).isZero();
  }

  private String smaps(String name) {
    String file = machine.files().read("/proc/" + process.pid() + "/smaps").orElseThrow();
    String line = file.lines().filter(l -> l.startsWith(name)).findFirst().orElseThrow();
    return line.substring(name.length()).strip();
  }
}
