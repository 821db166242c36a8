package dev.quarry.reclaim;

import static dev.quarry.reclaim.SmallMachine.AT;
import static dev.quarry.reclaim.SmallMachine.PAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.observe.PageWords;
import dev.quarry.physical.Node;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.VmEvent;
import dev.quarry.reclaim.group.MemoryGroup;
import dev.quarry.reclaim.group.MemoryGroups;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each line of memory.stat is counted again, from the flags of frames and what was done. */
class GroupStatTest {
  /** The names in the kernel's order, 6.18 with CONFIG_ZSWAP and CONFIG_NUMA_BALANCING. */
  private static final String NAMES =
      """
      anon file kernel kernel_stack pagetables sec_pagetables percpu sock vmalloc shmem zswap
      zswapped file_mapped file_dirty file_writeback swapcached anon_thp file_thp shmem_thp
      inactive_anon active_anon inactive_file active_file unevictable slab_reclaimable
      slab_unreclaimable slab workingset_refault_anon workingset_refault_file
      workingset_activate_anon workingset_activate_file workingset_restore_anon
      workingset_restore_file workingset_nodereclaim pgdemote_kswapd pgdemote_direct
      pgdemote_khugepaged pgdemote_proactive pgpromote_success pgscan pgsteal pswpin pswpout
      pgscan_kswapd pgscan_direct pgscan_khugepaged pgscan_proactive pgsteal_kswapd
      pgsteal_direct pgsteal_khugepaged pgsteal_proactive pgfault pgmajfault pgrefill pgactivate
      pgdeactivate pglazyfree pglazyfreed swpin_zero swpout_zero zswpin zswpout zswpwb
      thp_fault_alloc thp_collapse_alloc thp_swpout thp_swpout_fallback numa_pages_migrated
      numa_pte_updates numa_hint_faults
      """;

  private static final int FILE_PAGES = 40;

  @TempDir Path folder;

  private static Map<String, Long> stat(Machine machine, String group) {
    Map<String, Long> lines = new LinkedHashMap<>();
    String path = "/sys/fs/cgroup" + group + "/memory.stat";
    for (String line : machine.files().read(path).orElseThrow().lines().toList()) {
      String[] words = line.split(" ");
      lines.put(words[0], Long.parseLong(words[1]));
    }
    return lines;
  }

  /** Flags of {@code /proc/kpageflags}. */
  private enum Flag {
    LRU(5),
    ACTIVE(6),
    WRITEBACK(8),
    ANON(12),
    SWAPCACHE(13),
    SWAPBACKED(14),
    UNEVICTABLE(18),
    PGTABLE(26);

    private final int bit;

    Flag(int bit) {
      this.bit = bit;
    }

    boolean isIn(long word) {
      return (word >>> bit & 1) != 0;
    }
  }

  private long fileDirty;

  /** Members of two groups do all that there are lines for. */
  private Machine scene(String lru) throws IOException {
    Machine machine = SmallMachine.boot(lru);
    machine.reclaim().swapOnOff().on("swap", MemorySwap.of(4096), 0);
    MemoryGroups groups = machine.reclaim().groups();
    groups.make("/g");
    MemoryGroup below = groups.make("/g/h");
    Cpu cpu = machine.cpu(0);
    Process outside = SmallMachine.process(machine, 300);
    SmallMachine.fill(machine, outside, 300);
    Process process = SmallMachine.process(machine, 700);
    process.mm().task().group(below.id());
    SmallMachine.fill(machine, process, 500);
    Path file = folder.resolve("file");
    Files.write(file, new byte[FILE_PAGES * (int) PAGE]);
    SystemCalls calls = new SystemCalls(cpu, process);
    int fd = process.open(machine.processes().pages().caches().open(file, true));
    long mapped = calls.mmap(0, FILE_PAGES * PAGE, SmallMachine.RW, 1, fd, 0);
    for (int i = 0; i < FILE_PAGES; i++) {
      process.load(cpu, mapped + i * PAGE, 8);
    }
    int memfd = calls.memfdCreate("shared");
    calls.ftruncate(memfd, 30 * PAGE);
    long shared = calls.mmap(0, 30 * PAGE, SmallMachine.RW, 1, memfd, 0);
    for (int i = 0; i < 20; i++) {
      process.store(cpu, shared + i * PAGE, 8, i);
    }
    calls.munmap(shared, 5 * PAGE);
    calls.mlock(AT + 490 * PAGE, 10 * PAGE);
    machine.files().write("/sys/fs/cgroup/g/memory.reclaim", "600K swappiness=200");
    for (int i = 0; i < 500; i += 3) {
      process.load(cpu, AT + i * PAGE, 8);
    }
    fileDirty = 7;
    for (int i = 0; i < fileDirty; i++) {
      process.store(cpu, mapped + i * PAGE, 8, i);
    }
    machine.reclaim().drainAll();
    return machine;
  }

  private interface Chosen {
    boolean is(long word, int pfn);
  }

  private static long count(Machine machine, MemoryGroup group, Chosen chosen) {
    PageWords words = machine.files().words("/proc/kpageflags").orElseThrow();
    MemoryGroups groups = machine.reclaim().groups();
    long frames = 0;
    for (int pfn = 1; pfn < machine.spec().endPfn(); pfn++) {
      boolean own = groups.idOf(pfn) != 0 && groups.ofPage(pfn).isIn(group);
      frames += own && chosen.is(words.word(pfn), pfn) ? 1 : 0;
    }
    return frames * PAGE;
  }

  @ParameterizedTest
  @ValueSource(strings = {"lru classic", "lru mglru"})
  void eachLineIsWhatIsThere(String lru) throws IOException {
    try (Machine machine = scene(lru)) {
      MemoryGroup group = Objects.requireNonNull(machine.reclaim().groups().find("/g"));
      Map<String, Long> lines = stat(machine, "/g");
      PageWords counts = machine.files().words("/proc/kpagecount").orElseThrow();
      assertThat(lines).isEqualTo(stat(machine, "/g/h")); // all is its child's
      Chosen anon = (word, pfn) -> Flag.ANON.isIn(word) && counts.word(pfn) > 0;
      Chosen kernel = (word, pfn) -> Flag.PGTABLE.isIn(word);
      Chosen file = (word, pfn) -> !Flag.PGTABLE.isIn(word) && !Flag.ANON.isIn(word);
      Map<String, Long> expected = new LinkedHashMap<>();
      expected.put("anon", count(machine, group, anon));
      expected.put("file", count(machine, group, file));
      expected.put("pagetables", count(machine, group, kernel));
      expected.put(
          "shmem", count(machine, group, (w, p) -> file.is(w, p) && Flag.SWAPBACKED.isIn(w)));
      expected.put(
          "file_mapped",
          count(machine, group, (w, pfn) -> file.is(w, pfn) && counts.word(pfn) > 0));
      expected.put("file_dirty", fileDirty * PAGE);
      expected.put("file_writeback", count(machine, group, (w, p) -> Flag.WRITEBACK.isIn(w)));
      expected.put("swapcached", count(machine, group, (w, p) -> Flag.SWAPCACHE.isIn(w)));
      expected.put("unevictable", 10 * PAGE);
      long slab = group.subtree().stream().mapToLong(MemoryGroup::objectBytes).sum();
      expected.put("slab_unreclaimable", slab);
      expected.put("slab", slab);
      expected.put("kernel", (slab + PAGE - 1) / PAGE * PAGE + expected.get("pagetables"));
      lists(machine, group, expected, lru.endsWith("mglru"));
      assertThat(lines).containsAllEntriesOf(expected);
      assertThat(lines.get("anon")).isPositive();
      assertThat(lines.get("swapcached")).isPositive();
      assertThat(lines.get("slab")).isPositive();
      assertThat(lines.get("pagetables")).isGreaterThanOrEqualTo(4 * PAGE);
      assertThat(lines.get("file") + lines.get("anon") + lines.get("kernel"))
          .isLessThanOrEqualTo(group.usage() * PAGE);
    }
  }

  /** Which list a page is on is in its flags, unless there are generations. */
  private static void lists(
      Machine machine, MemoryGroup group, Map<String, Long> expected, boolean generations) {
    for (boolean active : new boolean[] {false, true}) {
      for (boolean anon : new boolean[] {false, true}) {
        Chosen listed =
            (word, pfn) ->
                Flag.LRU.isIn(word)
                    && !Flag.UNEVICTABLE.isIn(word)
                    && Flag.SWAPBACKED.isIn(word) == anon
                    && Flag.ACTIVE.isIn(word) == active;
        String name = (active ? "active_" : "inactive_") + (anon ? "anon" : "file");
        expected.put(name, count(machine, group, listed));
      }
    }
    if (generations) {
      for (NodeStat stat :
          List.of(
              NodeStat.NR_INACTIVE_ANON,
              NodeStat.NR_ACTIVE_ANON,
              NodeStat.NR_INACTIVE_FILE,
              NodeStat.NR_ACTIVE_FILE)) {
        long pages = 0;
        for (Lruvec lruvec : machine.reclaim().lruvecs()) {
          for (LruList which : LruList.values()) {
            boolean meant = lruvec.group().isIn(group) && which.nodeStat() == stat;
            pages += meant ? lruvec.size(which) : 0;
          }
        }
        expected.put(stat.label().substring("nr_".length()), pages * PAGE);
      }
    }
  }

  /** Only the group was reclaimed from, so that its events are those of the machine. */
  @ParameterizedTest
  @ValueSource(strings = {"lru classic", "lru mglru"})
  void eventsAreThoseOfTheGroup(String lru) throws IOException {
    try (Machine machine = scene(lru)) {
      Map<String, Long> lines = stat(machine, "/g");
      for (VmEvent event :
          List.of(
              VmEvent.PSWPIN,
              VmEvent.PSWPOUT,
              VmEvent.PGSCAN_PROACTIVE,
              VmEvent.PGSTEAL_PROACTIVE,
              VmEvent.PGMAJFAULT,
              VmEvent.PGREFILL,
              VmEvent.PGACTIVATE,
              VmEvent.PGDEACTIVATE)) {
        long ofMachine = machine.memory().events().sum(event);
        assertThat(lines).as(event.label()).containsEntry(event.label(), ofMachine);
      }
      assertThat(lines.get("pswpout")).isPositive();
      assertThat(lines.get("pgscan")).isEqualTo(lines.get("pgscan_proactive"));
      assertThat(lines.get("pgsteal")).isEqualTo(lines.get("pgsteal_proactive")).isPositive();
      Node node = machine.memory().nodes().getFirst();
      assertThat(lines.get("workingset_refault_anon"))
          .isEqualTo(node.stat(NodeStat.WORKINGSET_REFAULT_ANON))
          .isPositive();
      long faults = machine.memory().events().sum(VmEvent.PGFAULT);
      assertThat(lines.get("pgfault")).isEqualTo(faults - 300); // those of the one outside
    }
  }

  @Test
  void theRootIsTheMachine() throws IOException {
    try (Machine machine = scene("lru classic")) {
      Map<String, Long> root = stat(machine, "");
      assertThat(root.keySet()).containsExactly(NAMES.strip().split("\\s+"));
      Node node = machine.memory().nodes().getFirst();
      assertThat(root.get("anon")).isEqualTo(node.stat(NodeStat.NR_ANON_PAGES) * PAGE);
      assertThat(root.get("anon") - stat(machine, "/g").get("anon")).isEqualTo(300 * PAGE);
      assertThat(root.get("pgfault")).isEqualTo(machine.memory().events().sum(VmEvent.PGFAULT));
      assertThat(root.get("kernel")).isEqualTo(stat(machine, "/g").get("kernel"));
    }
  }

  @Test
  void theNamesAreTheKernels() throws IOException {
    try (Machine machine = scene("lru classic")) {
      assertThat(stat(machine, "/g").keySet()).containsExactly(NAMES.strip().split("\\s+"));
      String base = "/sys/fs/cgroup/g/memory.";
      assertThat(
              machine.files().read(base + "events").orElseThrow().lines().map(GroupStatTest::name))
          .containsExactly("low", "high", "max", "oom", "oom_kill", "oom_group_kill");
      assertThat(
              machine
                  .files()
                  .read(base + "swap.events")
                  .orElseThrow()
                  .lines()
                  .map(GroupStatTest::name))
          .containsExactly("high", "max", "fail");
    }
  }

  /** Where this host's kernel has the files, its names are ours, in the same order. */
  @Test
  void theHostsKernelHasTheSameNames() throws IOException {
    Path found = hostGroup();
    assumeTrue(found != null, "no cgroup2 with the memory controller is mounted here");
    Path stat = Objects.requireNonNull(found);
    List<String> host = Files.readAllLines(stat).stream().map(GroupStatTest::name).toList();
    List<String> ours = Stream.of(NAMES.strip().split("\\s+")).filter(host::contains).toList();
    assertThat(host).containsSubsequence(ours);
    assertThat(ours).hasSizeGreaterThan(40);
    List<String> events = Files.readAllLines(stat.resolveSibling("memory.events"));
    assertThat(events.stream().map(GroupStatTest::name).limit(6))
        .containsExactly("low", "high", "max", "oom", "oom_kill", "oom_group_kill");
  }

  private static String name(String line) {
    return line.substring(0, line.indexOf(' '));
  }

  /** The first group below a mounted cgroup2 that has memory.stat and limits, or null. */
  private static @Nullable Path hostGroup() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/mounts"))) {
      String[] words = line.split(" ");
      if (words[2].equals("cgroup2")) {
        try (Stream<Path> below = Files.list(Path.of(words[1]))) {
          return below
              .filter(group -> Files.isReadable(group.resolve("memory.events")))
              .map(group -> group.resolve("memory.stat"))
              .findFirst()
              .orElse(null);
        }
      }
    }
    return null;
  }
}
