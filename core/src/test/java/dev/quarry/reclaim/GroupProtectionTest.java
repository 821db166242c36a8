package dev.quarry.reclaim;

import static dev.quarry.reclaim.SmallMachine.AT;
import static dev.quarry.reclaim.SmallMachine.PAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.physical.VmEvent;
import dev.quarry.reclaim.group.GroupEvent;
import dev.quarry.reclaim.group.MemoryGroup;
import dev.quarry.reclaim.group.MemoryGroups;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** memory.min and memory.low: who keeps pages when others need memory, and how much. */
class GroupProtectionTest {
  private static final int MIB_PAGES = 256;

  private static Process member(Machine machine, MemoryGroup group, int pages) {
    Process process = SmallMachine.process(machine, pages);
    process.mm().task().group(group.id());
    SmallMachine.fill(machine, process, pages);
    return process;
  }

  /** A neighbour needs nearly all of memory: what is protected stays, what is not goes. */
  @ParameterizedTest
  @CsvSource({"classic, min", "classic, low", "mglru, min", "mglru, low"})
  void whatIsProtectedStays(String lru, String kind) {
    try (Machine machine = SmallMachine.boot("lru " + lru)) {
      machine.reclaim().swapOnOff().on("swap", MemorySwap.of(8192), 0);
      MemoryGroups groups = machine.reclaim().groups();
      MemoryGroup kept = groups.make("/kept");
      MemoryGroup open = groups.make("/open");
      machine.files().write("/sys/fs/cgroup/kept/memory." + kind, "4M");
      Process first = member(machine, kept, 3 * MIB_PAGES);
      member(machine, open, 3 * MIB_PAGES);
      long before = kept.usage();
      member(machine, groups.root(), 14 * MIB_PAGES);
      assertThat(kept.usage()).isEqualTo(before); // not a page was even looked at
      assertThat(kept.events(GroupEvent.LOW)).isZero();
      assertThat(open.usage()).isLessThan(600);
      assertThat(open.swap().usage()).isGreaterThan(150);
      for (int i = 0; i < 3 * MIB_PAGES; i += 50) {
        assertThat(first.mm().tables().leaf(AT + i * PAGE) & 1).isEqualTo(1);
      }
      assertThat(machine.invariants()).isEmpty();
    }
  }

  /**
   * The kernel's own test of protection, a twentieth of its size: test_memcg_protection, 6.18
   * (tools/testing/selftests/cgroup). Below a's limit g takes what it wants, so that 2.5 MiB are
   * left for b, of whose children c asks for all that it has, d for half, and e for nothing.
   */
  @ParameterizedTest
  @CsvSource({"classic, min", "classic, low", "mglru, min", "mglru, low"})
  void whatAParentIsProtectedByIsShared(String lru, String kind) {
    try (Machine machine = SmallMachine.boot("lru " + lru)) {
      machine.reclaim().swapOnOff().on("swap", MemorySwap.of(16384), 0);
      MemoryGroups groups = machine.reclaim().groups();
      String[] paths = {"/a", "/a/b", "/a/b/c", "/a/b/d", "/a/b/e", "/a/b/f", "/a/g"};
      String[] settings = {"2560K", "2560K", "3840K", "1280K", "0", "25M", "0"};
      for (int i = 0; i < paths.length; i++) {
        groups.make(paths[i]);
        machine.files().write("/sys/fs/cgroup" + paths[i] + "/memory." + kind, settings[i]);
      }
      machine.files().write("/sys/fs/cgroup/a/memory.max", "10M");
      for (String path : List.of("/a/b/c", "/a/b/d", "/a/b/e")) {
        member(machine, group(machine, path), 620);
      }
      group(machine, "/a/g").memory().min(100 * MIB_PAGES); // it gives nothing
      member(machine, group(machine, "/a/g"), 1894);
      assertThat(mib(machine, "/a/b")).isCloseTo(2.5, within(0.2));
      assertThat(mib(machine, "/a/b/c")).isCloseTo(1.45, within(0.35));
      assertThat(mib(machine, "/a/b/d")).isCloseTo(1.05, within(0.35));
      assertThat(mib(machine, "/a/b/e")).isLessThan(0.2);
      assertThat(machine.invariants()).isEmpty();
    }
  }

  private static MemoryGroup group(Machine machine, String path) {
    return Objects.requireNonNull(machine.reclaim().groups().find(path));
  }

  private static double mib(Machine machine, String path) {
    return group(machine, path).usage() / (double) MIB_PAGES;
  }

  /** Nothing else is to be had: low gives way, and says so; min does not. */
  @ParameterizedTest
  @ValueSource(strings = {"lru classic", "lru mglru"})
  void lowGivesWayBeforeAnybodyDies(String lru) {
    try (Machine machine = SmallMachine.boot(lru)) {
      machine.reclaim().swapOnOff().on("swap", MemorySwap.of(8192), 0);
      MemoryGroups groups = machine.reclaim().groups();
      MemoryGroup parent = groups.make("/p");
      MemoryGroup low = groups.make("/p/low");
      MemoryGroup min = groups.make("/p/min");
      low.memory().low(2 * MIB_PAGES);
      min.memory().min(2 * MIB_PAGES);
      member(machine, low, MIB_PAGES);
      member(machine, min, MIB_PAGES);
      long before = min.usage();
      machine.files().write("/sys/fs/cgroup/p/memory.max", "1600K");
      assertThat(parent.usage()).isLessThanOrEqualTo(400);
      assertThat(min.usage()).isEqualTo(before);
      assertThat(low.usage()).isLessThan(MIB_PAGES);
      assertThat(low.events(GroupEvent.LOW)).isPositive();
      assertThat(low.ownEvents(GroupEvent.LOW)).isPositive();
      assertThat(parent.ownEvents(GroupEvent.LOW)).isZero();
      assertThat(parent.events(GroupEvent.OOM)).isZero();
      assertThat(machine.invariants()).isEmpty();
    }
  }

  /** A group above its protection gives in the measure in which it is above. */
  @ParameterizedTest
  @ValueSource(strings = {"lru classic", "lru mglru"})
  void theFurtherAboveTheMoreGoes(String lru) {
    try (Machine machine = SmallMachine.boot(lru)) {
      machine.reclaim().swapOnOff().on("swap", MemorySwap.of(8192), 0);
      MemoryGroups groups = machine.reclaim().groups();
      MemoryGroup parent = groups.make("/p");
      MemoryGroup much = groups.make("/p/much");
      MemoryGroup little = groups.make("/p/little");
      much.memory().low(3 * MIB_PAGES);
      little.memory().low(MIB_PAGES / 2);
      member(machine, much, 4 * MIB_PAGES);
      member(machine, little, 4 * MIB_PAGES);
      machine.files().write("/sys/fs/cgroup/p/memory.reclaim", "2M swappiness=100");
      long ofMuch = 4 * MIB_PAGES - much.usage();
      long ofLittle = 4 * MIB_PAGES - little.usage();
      assertThat(ofLittle).isGreaterThan(2 * ofMuch);
      assertThat(much.usage()).isGreaterThan(3 * MIB_PAGES);
      assertThat(parent.events(VmEvent.PGSTEAL_PROACTIVE)).isGreaterThanOrEqualTo(512);
      assertThat(parent.events(VmEvent.PGSTEAL_DIRECT)).isZero();
      assertThat(parent.events(VmEvent.PGSCAN_PROACTIVE)).isGreaterThanOrEqualTo(512);
      assertThat(machine.invariants()).isEmpty();
    }
  }

  /** Pages of files are protected as well as those of processes. */
  @ParameterizedTest
  @ValueSource(strings = {"lru classic", "lru mglru"})
  void sharedMemoryStays(String lru) {
    try (Machine machine = SmallMachine.boot(lru)) {
      machine.reclaim().swapOnOff().on("swap", MemorySwap.of(8192), 0);
      MemoryGroup kept = machine.reclaim().groups().make("/kept");
      kept.memory().min(2 * MIB_PAGES);
      Process process = SmallMachine.process(machine, 16);
      process.mm().task().group(kept.id());
      SystemCalls calls = new SystemCalls(machine.cpu(0), process);
      int fd = calls.memfdCreate("kept");
      calls.ftruncate(fd, MIB_PAGES * PAGE);
      long at = calls.mmap(0, MIB_PAGES * PAGE, SmallMachine.RW, 1, fd, 0);
      for (int i = 0; i < MIB_PAGES; i++) {
        process.store(machine.cpu(0), at + i * PAGE, 8, i);
      }
      long before = kept.usage();
      member(machine, machine.reclaim().groups().root(), 13 * MIB_PAGES);
      assertThat(kept.usage()).isEqualTo(before);
      assertThat(machine.invariants()).isEmpty();
    }
  }
}
