package dev.quarry.reclaim.oom;

import static dev.quarry.reclaim.oom.OomScene.AT;
import static dev.quarry.reclaim.oom.OomScene.PAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.VirtualClock;
import dev.quarry.reclaim.compact.Compaction;
import dev.quarry.reclaim.group.GroupEvent;
import dev.quarry.reclaim.group.MemoryGroup;
import dev.quarry.reclaim.group.MemoryGroups;
import dev.quarry.slab.KmemCache;
import dev.quarry.virtual.PteState;
import dev.quarry.virtual.cache.CachedFile;
import dev.quarry.virtual.fault.UserFaultException;
import dev.quarry.virtual.space.VmAreaStruct;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random sequences with several processes and groups. After every step each group is charged for
 * exactly the pages that page tables, the page cache and the swap cache lead to, by whoever brought
 * them first; the machine's invariants hold, and what was stored is read back.
 */
class GroupRandomTest {
  private static final int STEPS = 100;
  private static final List<String> ACCOUNTED =
      List.of("mm_struct", "vm_area_struct", "anon_vma", "anon_vma_chain");
  private static final List<String> PATHS = List.of("/a", "/a/x", "/a/y", "/b");

  private final Map<Process, Map<Integer, Long>> stored = new HashMap<>();

  @ParameterizedTest
  @CsvSource({"1, classic", "2, classic", "3, classic", "4, classic", "1, mglru", "5, mglru"})
  void chargesEqualTheRecount(long seed, String lru) {
    SplittableRandom random = new SplittableRandom(seed);
    try (OomScene scene = new OomScene("lru " + lru)) {
      scene.swapOn(600 + random.nextInt(1500));
      MemoryGroups groups = scene.machine.reclaim().groups();
      for (String path : PATHS) {
        groups.make(path).max(300 + random.nextInt(900));
      }
      Objects.requireNonNull(groups.find("/b")).high(200 + random.nextInt(200));
      List<Process> all = new ArrayList<>();
      for (int step = 0; step < STEPS; step++) {
        String what = "seed " + seed + ", step " + step + ": " + step(scene, random, all);
        bury(scene, all);
        recount(scene, what);
        if (step % 8 == 0) {
          assertThat(scene.machine.invariants()).as(what).isEmpty();
        }
        limits(groups, what);
      }
      assertThat(groups.all()).anyMatch(group -> group.peak() > 200);
      all.forEach(process -> scene.machine.processes().exit(scene.cpu, process));
      scene.machine.processes().pages().caches().drop(scene.cpu);
      assertThat(groups.all()).allMatch(group -> group.usage() == 0);
      assertThat(scene.machine.invariants()).isEmpty();
    }
  }

  private String step(OomScene scene, SplittableRandom random, List<Process> all) {
    int kind = all.isEmpty() ? 0 : random.nextInt(10);
    if (kind == 0 && all.size() < 6) {
      all.add(scene.spawn("p" + all.size(), 0));
      return "spawn";
    }
    Process process = all.get(random.nextInt(all.size()));
    int page = random.nextInt(1500);
    try {
      return switch (kind) {
        case 1 -> move(scene, random, process);
        case 2 -> fork(scene, all, process);
        case 3 -> share(scene, random, process);
        case 4 -> exit(scene, all, process);
        case 5 -> unmap(scene, process, page);
        case 6 -> read(scene, process);
        default -> store(scene, random, process, page);
      };
    } catch (UserFaultException e) {
      return "death of process " + process.pid();
    }
  }

  private static String move(OomScene scene, SplittableRandom random, Process process) {
    String path = PATHS.get(random.nextInt(PATHS.size()));
    scene.machine.files().write("/sys/fs/cgroup" + path + "/cgroup.procs", "" + process.pid());
    return "move process " + process.pid() + " to " + path;
  }

  private String fork(OomScene scene, List<Process> all, Process process) {
    Process child = all.size() < 6 ? scene.machine.processes().fork(scene.cpu, process) : null;
    if (child != null) {
      all.add(child);
      stored.put(child, new HashMap<>(stored.getOrDefault(process, Map.of())));
    }
    return "fork process " + process.pid();
  }

  private static String share(OomScene scene, SplittableRandom random, Process process) {
    SystemCalls calls = new SystemCalls(scene.cpu, process);
    int fd = calls.memfdCreate("shared");
    int pages = 1 + random.nextInt(100);
    calls.ftruncate(fd, pages * PAGE);
    long at = calls.mmap(0, pages * PAGE, 3, 1, fd, 0);
    for (int i = 0; i < pages; i += 2) {
      process.store(scene.cpu, at + i * PAGE, 8, i);
    }
    process.close(scene.cpu, fd);
    return "share " + pages + " pages of process " + process.pid();
  }

  private String exit(OomScene scene, List<Process> all, Process process) {
    scene.machine.processes().exit(scene.cpu, process);
    all.remove(process);
    stored.remove(process);
    return "exit of process " + process.pid();
  }

  private String unmap(OomScene scene, Process process, int page) {
    new SystemCalls(scene.cpu, process).madvise(AT + page * PAGE, 200 * PAGE, 4);
    stored
        .getOrDefault(process, new HashMap<>())
        .keySet()
        .removeIf(p -> p >= page && p < page + 200);
    return "200 pages less of process " + process.pid();
  }

  private String read(OomScene scene, Process process) {
    for (Map.Entry<Integer, Long> one : stored.getOrDefault(process, Map.of()).entrySet()) {
      long value = process.load(scene.cpu, AT + one.getKey() * PAGE, 8);
      assertThat(value).as("page %d", one.getKey()).isEqualTo(one.getValue());
    }
    return "all of process " + process.pid() + " read";
  }

  private String store(OomScene scene, SplittableRandom random, Process process, int page) {
    Map<Integer, Long> known = stored.computeIfAbsent(process, key -> new HashMap<>());
    int pages = 1 + random.nextInt(300);
    for (int at = page; at < page + pages; at++) {
      long value = random.nextLong();
      process.store(scene.cpu, AT + at * PAGE, 8, value);
      known.put(at, value);
    }
    return pages + " pages stored by process " + process.pid();
  }

  private void bury(OomScene scene, List<Process> all) {
    scene.machine.processes().exitKilled(scene.cpu);
    all.removeIf(process -> process.mm().task().isVictim());
  }

  /** Frames that anything leads to, by the group that they say; the sums are the charges. */
  private static void recount(OomScene scene, String what) {
    MemoryGroups groups = scene.machine.reclaim().groups();
    Set<Integer> frames = new HashSet<>();
    VmAreaStruct areas = scene.machine.processes().spaces().areas();
    for (Process process : scene.machine.processes().all()) {
      for (long vma = process.mm().firstArea(); vma != 0; vma = areas.next(vma)) {
        for (long at = areas.start(vma); at != areas.end(vma); at += PAGE) {
          if (process.mm().tables().state(at) instanceof PteState.Present there) {
            frames.add((int) there.frame());
          }
        }
        cached(scene, process, vma, frames);
      }
    }
    Map<Integer, Long> counted = new HashMap<>();
    frames.forEach(pfn -> counted.merge(groups.idOf(pfn), 1L, Long::sum));
    swapCache(scene, frames, counted);
    tables(scene, counted);
    for (MemoryGroup group : groups.all()) {
      long sum = 0;
      for (MemoryGroup one : group.subtree()) {
        sum += counted.getOrDefault(one.id(), 0L) + objectPages(scene, one);
      }
      if (!group.isRoot()) {
        assertThat(group.usage()).as("%s: %s", what, group).isEqualTo(sum);
      }
    }
  }

  /** Pages of a mapped file that are in the cache, mapped or not. */
  private static void cached(OomScene scene, Process process, long vma, Set<Integer> frames) {
    VmAreaStruct areas = process.mm().spaces().areas();
    if (!areas.isAnonymous(vma)
        && process.mm().spaces().files().file(areas.file(vma)) instanceof CachedFile file) {
      for (long index = 0; index < file.cache().filePages(); index++) {
        int pfn = file.cache().find(scene.cpu, index);
        if (pfn >= 0) {
          frames.add(pfn);
          scene.machine.allocator().freePage(scene.cpu, pfn);
        }
      }
    }
  }

  /** Frames of the swap cache that no table shows any more. */
  private static void swapCache(OomScene scene, Set<Integer> frames, Map<Integer, Long> counted) {
    var words = scene.machine.files().words("/proc/kpageflags").orElseThrow();
    for (int pfn = 1; pfn < scene.machine.spec().endPfn(); pfn++) {
      int id = scene.machine.reclaim().groups().idOf(pfn);
      boolean inSwapCache = (words.word(pfn) & 1L << 13) != 0;
      if (id != 0 && inSwapCache && !frames.contains(pfn)) {
        counted.merge(id, 1L, Long::sum);
      }
    }
  }

  /** Tables of processes that belong to a group. */
  private static void tables(OomScene scene, Map<Integer, Long> counted) {
    var words = scene.machine.files().words("/proc/kpageflags").orElseThrow();
    for (int pfn = 1; pfn < scene.machine.spec().endPfn(); pfn++) {
      int id = scene.machine.reclaim().groups().idOf(pfn);
      if (id != 0 && (words.word(pfn) & 1L << 26) != 0) {
        counted.merge(id, 1L, Long::sum);
      }
    }
  }

  /** Whole pages that the objects of a group take, each of which is alive in its cache. */
  static long objectPages(OomScene scene, MemoryGroup group) {
    long bytes = 0;
    for (long address : scene.machine.reclaim().groups().objects().of(group)) {
      KmemCache cache = scene.machine.slab().cacheOf(address).orElseThrow();
      assertThat(ACCOUNTED).contains(cache.name());
      bytes += cache.geometry().size() + Long.BYTES;
    }
    assertThat(group.objectBytes()).isEqualTo(bytes);
    return (bytes + PAGE - 1) / PAGE;
  }

  /** A group is at its limit or below it, unless somebody who cannot be killed had to go on. */
  private static void limits(MemoryGroups groups, String what) {
    for (MemoryGroup group : groups.all()) {
      boolean killed = group.events(GroupEvent.OOM) > 0;
      assertThat(group.usage() <= group.max() || killed)
          .as("%s: %s uses %d of %d", what, group, group.usage(), group.max())
          .isTrue();
    }
  }

  /** A process that is never killed keeps its group above its limit, and goes on. */
  @Test
  void whoCannotBeKilledGoesOn() {
    try (OomScene scene = new OomScene()) {
      MemoryGroup group = scene.machine.reclaim().groups().make("/guarded");
      group.max(100);
      Process guard = scene.spawn("guard", 0);
      guard.mm().task().oomScoreAdj(-1000);
      guard.mm().task().group(group.id());
      scene.touch(guard, 0, 150);
      assertThat(size(scene, group, "anon")).isEqualTo(150 * PAGE);
      assertThat(group.events(GroupEvent.OOM)).isPositive();
      assertThat(group.events(GroupEvent.OOM_KILL)).isZero();
    }
  }

  @Test
  void aGroupDiesTogether() {
    try (OomScene scene = new OomScene()) {
      MemoryGroups groups = scene.machine.reclaim().groups();
      MemoryGroup group = groups.make("/batch");
      scene.machine.files().write("/sys/fs/cgroup/batch/memory.max", "2M");
      scene.machine.files().write("/sys/fs/cgroup/batch/memory.oom.group", "1");
      Process outside = scene.spawn("outside", 700);
      Process one = scene.spawn("one", 0);
      Process two = scene.spawn("two", 0);
      one.mm().task().group(group.id());
      two.mm().task().group(group.id());
      scene.touch(one, 0, 300);
      scene.tryTouch(two, 0, 300);
      assertThat(scene.isAlive(one)).isFalse();
      assertThat(scene.isAlive(two)).isFalse();
      assertThat(scene.isAlive(outside)).isTrue();
      assertThat(group.events(GroupEvent.OOM_GROUP_KILL)).isEqualTo(1);
      assertThat(group.events(GroupEvent.OOM_KILL)).isEqualTo(2);
      assertThat(scene.log())
          .contains("oom_memcg=/batch,task_memcg=/batch,task=one,pid=2")
          .contains("Tasks in /batch are going to be killed due to memory.oom.group set");
      assertThat(group.usage()).isZero();
      assertThat(scene.machine.invariants()).isEmpty();
    }
  }

  /** There is no swap, so that a group above memory.high has nothing to give. */
  @Test
  void aboveHighProcessesAreHeldUp() {
    try (OomScene scene = new OomScene()) {
      MemoryGroup group = scene.machine.reclaim().groups().make("/slow");
      group.high(1000);
      Process process = scene.spawn("slow", 0);
      process.mm().task().group(group.id());
      int page = 0;
      while (group.usage() < 1000) {
        scene.touch(process, page, ++page);
      }
      VirtualClock clock = scene.machine.processes().pages().caches().clock();
      long before = clock.nanos();
      while (group.usage() < 1064) {
        scene.touch(process, page, ++page);
      }
      assertThat(group.throttledNanos()).isZero(); // not before a batch of 64 is full
      assertThat(group.events(GroupEvent.HIGH)).isZero();
      scene.touch(process, page, ++page);
      // 6.4% above: 0.064^2 * 64,000 ticks; and 17 times it was tried to reclaim something.
      long ticks = (long) (0.064 * 0.064 * 64_000);
      assertThat(group.throttledNanos()).isEqualTo(ticks * 1_000_000);
      assertThat(clock.nanos() - before).isEqualTo(ticks * 1_000_000);
      assertThat(group.events(GroupEvent.HIGH)).isEqualTo(17);
      scene.touch(process, page, page + 600);
      assertThat(group.throttledNanos() - ticks * 1_000_000)
          .isBetween(9 * 10_000_000L, 9 * 2_000_000_000L);
    }
  }

  /** A line of {@code memory.stat}. */
  static long size(OomScene scene, MemoryGroup group, String name) {
    String text =
        scene.machine.files().read("/sys/fs/cgroup" + group + "/memory.stat").orElseThrow();
    return text.lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
        .sum();
  }

  /** Pages of a group that is removed count for the one above it. */
  @ParameterizedTest
  @ValueSource(strings = {"lru classic", "lru mglru"})
  void whatIsLeftGoesToTheParent(String lru) {
    try (OomScene scene = new OomScene(lru)) {
      MemoryGroups groups = scene.machine.reclaim().groups();
      MemoryGroup parent = groups.make("/p");
      MemoryGroup child = groups.make("/p/c");
      Process process = scene.spawn("moves", 0);
      process.mm().task().group(child.id());
      scene.touch(process, 0, 200);
      process.mm().task().group(0);
      scene.machine.reclaim().remove(child);
      assertThat(size(scene, parent, "anon")).isEqualTo(200 * PAGE);
      assertThat(size(scene, parent, "slab")).isPositive();
      assertThat(parent.children()).isEmpty();
      assertThat(scene.machine.invariants()).isEmpty();
      scene.machine.processes().exit(scene.cpu, process);
      assertThat(parent.usage()).isZero();
    }
  }

  /** What compaction moves counts for its group, in the new frames. */
  @ParameterizedTest
  @ValueSource(strings = {"lru classic", "lru mglru"})
  void aPageThatMovesTakesItsGroupAlong(String lru) {
    try (OomScene scene = new OomScene(lru)) {
      MemoryGroup group = scene.machine.reclaim().groups().make("/moves");
      Process process = scene.spawn("moves", 0);
      process.mm().task().group(group.id());
      scene.touch(process, 0, 2000);
      SystemCalls calls = new SystemCalls(scene.cpu, process);
      for (int page = 1; page < 2000; page += 2) {
        calls.madvise(AT + page * PAGE, PAGE, 4);
      }
      long moved = 0;
      for (Compaction.ZoneRun run : scene.machine.reclaim().compaction().compactMemory(scene.cpu)) {
        moved += run.moved();
      }
      assertThat(moved).isGreaterThan(100);
      assertThat(size(scene, group, "anon")).isEqualTo(1000 * PAGE);
      recount(scene, moved + " pages moved");
      assertThat(scene.machine.invariants()).isEmpty();
      scene.machine.processes().exit(scene.cpu, process);
      assertThat(group.usage()).isZero();
      assertThat(scene.machine.invariants()).isEmpty();
    }
  }
}
