package dev.quarry.reclaim;

import static dev.quarry.reclaim.SmallMachine.PAGE;
import static dev.quarry.reclaim.SmallMachine.RW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.VmEvent;
import dev.quarry.virtual.cache.Flusher;
import dev.quarry.virtual.cache.HostFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A mapped file that is larger than RAM: read, written, and read again. */
class FileReclaimTest {
  private static final int PAGES = 6000;
  private static final long SHARED = 1;

  @TempDir Path folder;

  private Path file() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(PAGES * 4096).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < PAGES; i++) {
      bytes.putLong(i * 4096, SmallMachine.value(i));
    }
    return Files.write(folder.resolve("file"), bytes.array());
  }

  private static long map(Machine machine, Process process, Path path) throws IOException {
    return map(machine, process, path, PAGES);
  }

  private static long map(Machine machine, Process process, Path path, int pages)
      throws IOException {
    HostFile file = machine.processes().pages().caches().open(path, true);
    int fd = process.open(file);
    SystemCalls calls = new SystemCalls(machine.cpu(0), process);
    return calls.mmap(0, pages * PAGE, RW, SHARED, fd, 0);
  }

  /** Reclaim that finds nothing but dirty pages of files wakes who writes them. */
  @ParameterizedTest
  @ValueSource(strings = {"classic", "mglru"})
  void theFlusherIsWokenWhenAllIsDirty(String policy) throws IOException {
    int pages = 100;
    Path path = Files.write(folder.resolve("small"), new byte[pages * 4096]);
    try (Machine machine = SmallMachine.boot("lru " + policy)) {
      Process process = SmallMachine.process(machine, 1);
      Cpu cpu = machine.cpu(0);
      long at = map(machine, process, path, pages);
      for (int i = 0; i < pages; i++) {
        process.store(cpu, at + i * PAGE, 8, SmallMachine.value(i));
      }
      machine.reclaim().drainAll();
      Flusher flusher = machine.processes().pages().caches().flusher();
      assertThat(flusher.isBusy()).isFalse();
      Reclaim reclaim = machine.reclaim();
      ScanControl scan = new ScanControl(cpu, Gfp.GFP_KERNEL, false, reclaim.scope());
      scan.highestZone = 2;
      scan.toReclaim = ScanControl.CLUSTER;
      scan.priority = 0;
      Lruvec lruvec = reclaim.lruvecs().getFirst();
      LruPolicy lru = policy.equals("mglru") ? reclaim.aged() : reclaim.classic();
      lru.shrink(lruvec, scan);
      assertThat(flusher.isBusy()).isTrue();
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @Test
  void cleanPagesAreDroppedAndReadAgain() throws IOException {
    Path path = file();
    try (Machine machine = SmallMachine.boot()) {
      Process process = SmallMachine.process(machine, 1);
      Cpu cpu = machine.cpu(0);
      long at = map(machine, process, path);
      for (int round = 0; round < 2; round++) {
        for (int i = 0; i < PAGES; i++) {
          assertThat(process.load(cpu, at + i * PAGE, 8)).isEqualTo(SmallMachine.value(i));
        }
        assertThat(machine.invariants()).isEmpty();
      }
      assertThat(machine.memory().events().sum(VmEvent.PGSTEAL_FILE)).isGreaterThan(6000);
      assertThat(machine.memory().nodes().getFirst().stat(NodeStat.WORKINGSET_REFAULT_FILE))
          .isGreaterThan(1000);
      assertThat(machine.memory().events().sum(VmEvent.PGPGOUT)).isZero();
    }
  }

  @Test
  void dirtyPagesOfTwoProcessesAreWrittenAndNothingIsLost() throws IOException {
    Path path = file();
    long seed = 11;
    SplittableRandom random = new SplittableRandom(seed);
    long[] expected = new long[PAGES];
    for (int i = 0; i < PAGES; i++) {
      expected[i] = SmallMachine.value(i);
    }
    try (Machine machine = SmallMachine.boot()) {
      Cpu cpu = machine.cpu(0);
      Process[] processes = {SmallMachine.process(machine, 1), SmallMachine.process(machine, 1)};
      long[] at = {map(machine, processes[0], path), map(machine, processes[1], path)};
      for (int step = 0; step < 40_000; step++) {
        int who = random.nextInt(2);
        int page = random.nextInt(PAGES);
        if (random.nextInt(3) == 0) {
          expected[page] = random.nextLong();
          processes[who].store(cpu, at[who] + page * PAGE, 8, expected[page]);
        } else {
          long value = processes[who].load(cpu, at[who] + page * PAGE, 8);
          assertThat(value).as("seed %d step %d", seed, step).isEqualTo(expected[page]);
        }
        if (step % 5000 == 0) {
          assertThat(machine.invariants()).as("seed %d step %d", seed, step).isEmpty();
        }
      }
      assertThat(machine.memory().events().sum(VmEvent.PGPGOUT)).isPositive();
      new SystemCalls(cpu, processes[0]).munmap(at[0], PAGES * PAGE);
      assertThat(new SystemCalls(cpu, processes[1]).msync(at[1], PAGES * PAGE, 4)).isZero();
      assertThat(machine.invariants()).isEmpty();
    }
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < PAGES; i++) {
      assertThat(bytes.getLong(i * 4096)).isEqualTo(expected[i]);
    }
  }
}
