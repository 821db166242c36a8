package dev.quarry.reclaim;

import static dev.quarry.reclaim.SmallMachine.AT;
import static dev.quarry.reclaim.SmallMachine.PAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.reclaim.group.MemoryGroup;
import dev.quarry.reclaim.group.MemoryGroups;
import dev.quarry.virtual.cache.CachedFile;
import dev.quarry.virtual.fault.UserFaultException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Processes in nested groups map, store, fork, read files, go to swap and come back. The scene is
 * played once for each charge in it, which fails: what was stored is read back, every group is
 * charged for what is there, and for nothing when all have gone.
 */
class FailingChargesTest {
  private static final int MOST_CHARGES = 2000;
  private static final int PAGES = 5;

  private static final int FILE_PAGES = 2;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"lru classic, 1", "lru mglru, 5"})
  void everyChargeFailsOnce(String lru, int step) throws IOException {
    Files.write(folder.resolve("file"), new byte[FILE_PAGES * (int) PAGE]);
    int charges = 0;
    while (charges < MOST_CHARGES && play(lru, charges)) {
      charges += step;
    }
    assertThat(charges).isBetween(50, MOST_CHARGES - 1);
  }

  /** Whether the charge of that number was made, and so failed. */
  private boolean play(String lru, int failing) throws IOException {
    try (Machine machine = SmallMachine.boot(lru)) {
      Scene scene = new Scene(machine);
      machine.reclaim().limits().failAfter(failing);
      scene.play(folder.resolve("file"));
      boolean failed = !machine.reclaim().limits().isFailureDue();
      machine.reclaim().limits().failAfter(-1);
      String what = lru + ", charge " + failing + " fails";
      assertThat(machine.reclaim().invariants()).as(what).isEmpty();
      scene.readBack(what);
      scene.exitAll(what);
      return failed;
    }
  }

  private static final class Scene {
    private final Machine machine;
    private final Cpu cpu;
    private final MemoryGroups groups;
    private final MemoryGroup upper;
    private final MemoryGroup lower;
    private final Map<Process, Map<Long, Long>> stored = new HashMap<>();

    Scene(Machine machine) {
      this.machine = machine;
      this.cpu = machine.cpu(0);
      this.groups = machine.reclaim().groups();
      machine.reclaim().swapOnOff().on("swap", MemorySwap.of(1024), 0);
      this.upper = groups.make("/u");
      this.lower = groups.make("/u/l");
      upper.memory().low(8);
      lower.memory().min(4);
      upper.max(2 * PAGES + 18);
    }

    void play(Path file) throws IOException {
      Process one = member(upper);
      Process two = member(lower);
      store(one, AT, PAGES);
      share(one);
      read(two, file);
      store(two, AT, PAGES);
      Process child = machine.processes().fork(cpu, one);
      if (child != null) {
        stored.put(child, new HashMap<>(stored.get(one)));
        store(child, AT, PAGES / 2);
      }
      new SystemCalls(cpu, two).mprotect(AT + 2 * PAGE, 2 * PAGE, 1);
      for (Process process : stored.keySet().stream().sorted(this::byPid).toList()) {
        stored.get(process).keySet().forEach(at -> load(process, at));
      }
      one.mm().task().group(lower.id()); // what it has stays where it is
      store(one, AT + PAGES * PAGE, 4);
    }

    private int byPid(Process one, Process other) {
      return Integer.compare(one.pid(), other.pid());
    }

    private Process member(MemoryGroup group) {
      Process process = SmallMachine.process(machine, 3 * PAGES);
      process.mm().task().group(group.id());
      stored.put(process, new HashMap<>());
      return process;
    }

    private void store(Process process, long from, int pages) {
      for (long at = from; at < from + pages * PAGE; at += PAGE) {
        try {
          process.store(cpu, at, 8, at ^ process.pid());
          stored.get(process).put(at, at ^ process.pid());
        } catch (UserFaultException e) {
          assertThat(e).hasMessageContaining("memory");
        }
      }
    }

    private void load(Process process, long at) {
      try {
        assertThat(process.load(cpu, at, 8)).isEqualTo(stored.get(process).get(at));
      } catch (UserFaultException e) {
        assertThat(e).hasMessageContaining("memory");
      }
    }

    private void share(Process process) {
      SystemCalls calls = new SystemCalls(cpu, process);
      int fd = calls.memfdCreate("shared");
      calls.ftruncate(fd, 3 * PAGE);
      long at = calls.mmap(0, 3 * PAGE, SmallMachine.RW, 1, fd, 0);
      if (at > 0) {
        store(process, at, 3);
      }
      process.close(cpu, fd);
    }

    private void read(Process process, Path path) throws IOException {
      CachedFile file = machine.processes().pages().caches().open(path, false);
      int fd = process.open(file);
      long at = new SystemCalls(cpu, process).mmap(0, FILE_PAGES * PAGE, 1, 2, fd, 0);
      for (int i = 0; at > 0 && i < FILE_PAGES; i++) {
        try {
          assertThat(process.load(cpu, at + i * PAGE, 8)).isZero();
        } catch (UserFaultException e) {
          assertThat(e).hasMessageContaining("memory");
        }
      }
      process.close(cpu, fd);
    }

    void readBack(String what) {
      stored.forEach((process, pages) ->
          pages.forEach(
              (at, value) -> assertThat(process.load(cpu, at, 8)).as(what).isEqualTo(value)));
    }

    void exitAll(String what) {
      stored.keySet().forEach(process -> machine.processes().exit(cpu, process));
      machine.processes().pages().caches().drop(cpu);
      machine.reclaim().drainAll();
      assertThat(machine.invariants()).as(what).isEmpty();
      for (MemoryGroup group : groups.all()) {
        assertThat(group.usage()).as("%s: %s", what, group).isZero();
        assertThat(group.swap().usage()).as("%s: %s", what, group).isZero();
        assertThat(group.objectBytes()).as("%s: %s", what, group).isZero();
      }
    }
  }
}
