package dev.quarry.check;

import dev.quarry.reclaim.Reclaim;
import dev.quarry.reclaim.SwapException;
import dev.quarry.reclaim.group.MemoryGroup;
import dev.quarry.virtual.cache.PageCaches;
import dev.quarry.virtual.fault.UserPages;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What an administrator does, or time. */
final class MachineSteps {
  private static final String VM = "/proc/sys/vm/";
  private static final String HUGE = "/sys/kernel/mm/transparent_hugepage/";
  private static final String LRU_GEN = "/sys/kernel/mm/lru_gen/enabled";
  private static final int SWAP_AREAS = 3;
  private static final long SECOND = 1_000_000_000L;

  /** A setting and values of it, the usual ones more than once. */
  private record Setting(String path, String... values) {}

  private static final List<Setting> SETTINGS =
      List.of(
          new Setting(VM + "swappiness", "0", "1", "60", "60", "100", "200"),
          new Setting(VM + "page-cluster", "0", "3", "3", "5"),
          new Setting(VM + "watermark_scale_factor", "10", "10", "50", "200"),
          new Setting(VM + "dirty_ratio", "20", "20", "5", "50"),
          new Setting(VM + "dirty_background_ratio", "10", "10", "1", "40"),
          new Setting(VM + "dirty_expire_centisecs", "3000", "100"),
          new Setting(VM + "dirty_writeback_centisecs", "500", "0", "100"),
          new Setting(VM + "extfrag_threshold", "500", "500", "0", "1000"),
          new Setting(VM + "compaction_proactiveness", "20", "20", "0", "100"),
          new Setting(VM + "compact_unevictable_allowed", "1", "1", "0"),
          new Setting(VM + "oom_kill_allocating_task", "0", "0", "1"),
          new Setting(VM + "oom_dump_tasks", "1", "0"),
          new Setting(VM + "overcommit_memory", "0", "0", "1", "1", "2"),
          new Setting(HUGE + "enabled", "always", "madvise", "never"),
          new Setting(HUGE + "defrag", "always", "defer", "defer+madvise", "madvise", "never"));

  private static final String[] LRU = {"y", "n", "1", "3"};

  private final Worker worker;
  private final World world;
  private final Draw draw;
  private final Set<String> there;
  private final List<String> readable;
  private final long minFreeKbytes;

  MachineSteps(Worker worker) {
    this.worker = worker;
    this.world = worker.world;
    this.draw = worker.draw;
    this.readable = world.files.textPaths();
    this.there = new HashSet<>(readable);
    this.minFreeKbytes = world.machine.memory().minFreeKbytes();
  }

  private Reclaim reclaim() {
    return world.machine.reclaim();
  }

  void step(ModelProcess who) {
    switch (draw.below(20)) {
      case 0, 1, 2 -> set();
      case 3, 4 -> swap();
      case 5 -> compact();
      case 6 -> drop();
      case 7, 8, 9, 10 -> group(who);
      case 11 -> khugepaged();
      case 12, 13 -> time();
      case 14 -> marks();
      case 15, 16 -> read(who);
      case 17 -> reap();
      case 18 -> oomScore(who);
      default -> {
        if (world.workers() == 1) {
          atRest();
        }
      }
    }
  }

  private void write(String path, String text, long number) {
    worker.note("echo " + text + " > " + path, null, 0, 0, number);
    world.files.write(path, text);
  }

  private void set() {
    Setting setting = SETTINGS.get(draw.below(SETTINGS.size()));
    if (there.contains(setting.path)) {
      write(setting.path, draw.of(setting.values), 0);
    }
  }

  private void marks() {
    long kbytes = minFreeKbytes * (1 + draw.below(3)) / (1 + draw.below(2));
    write(VM + "min_free_kbytes", "" + kbytes, kbytes);
  }

  private void swap() {
    String name = World.swapName(draw.below(SWAP_AREAS));
    boolean isOn = reclaim().swap().areas().all().stream().anyMatch(a -> a.name().equals(name));
    worker.note(isOn ? "swapoff " + name : "swapon " + name, null, 0, 0, 0);
    try {
      if (isOn) {
        reclaim().swapOnOff().off(worker.cpu, name);
      } else {
        reclaim().swapOnOff().onTemporary(name, world.swapBytes(), draw.below(8) - 1);
      }
    } catch (SwapException e) {
      worker.refused++; // there is no memory for what it holds, or another worker was faster
    }
  }

  private void compact() {
    worker.note("compact", null, 0, 0, 0);
    reclaim().compaction().compactMemory(worker.cpu);
  }

  private void drop() {
    int what = 1 + draw.below(3);
    worker.note("drop_caches", null, 0, what, 0);
    reclaim().dropCaches(worker.cpu, what);
  }

  private void group(ModelProcess who) {
    String path = World.GROUPS.get(draw.below(World.GROUPS.size()));
    String folder = "/sys/fs/cgroup" + path;
    int pages = world.ramPages() / 8 + draw.below(world.ramPages() / 2);
    String size = draw.oneIn(2) ? "max" : pages * ModelProcess.PAGE + "";
    if (world.groups.find(path) == null) {
      return;
    }
    switch (draw.below(9)) {
      case 0 -> write(folder + "/memory.max", size, pages);
      case 1 -> write(folder + "/memory.high", size, pages);
      case 2 -> write(folder + "/memory.oom.group", "" + draw.below(2), 0);
      case 3 -> write("/sys/fs/cgroup/cgroup.procs", "" + who.process().pid(), 0);
      case 4 -> {
        MemoryGroup group = world.groups.find(path);
        worker.note("memory.reclaim " + path, null, 0, pages / 16, 0);
        if (group != null) {
          reclaim().reclaim(worker.cpu, group, pages / 16, -1);
        }
      }
      case 5 -> write(folder + "/memory.low", size, pages);
      case 6 -> write(folder + "/memory.min", size, pages);
      case 7 -> write(folder + "/memory.swap.max", size, pages);
      default -> write(folder + "/cgroup.procs", "" + who.process().pid(), 0);
    }
  }

  private void khugepaged() {
    worker.note("khugepaged", null, 0, 0, 0);
    UserPages pages = world.machine.processes().pages();
    pages.huge().khugepaged().step(worker.cpu);
  }

  /** Some seconds pass: dirty pages become old. */
  private void time() {
    worker.note("seconds pass", null, 0, 0, 0);
    PageCaches caches = world.machine.processes().pages().caches();
    caches.clock().advanceTo(caches.clock().nanos() + draw.below(20) * SECOND);
  }

  private void read(ModelProcess who) {
    boolean ofProcess = draw.oneIn(3);
    String path =
        ofProcess
            ? "/proc/" + who.process().pid() + "/smaps"
            : readable.get(draw.below(readable.size()));
    worker.note("cat " + path, null, 0, 0, 0);
    if (world.files.read(path).orElse("").isEmpty() && ofProcess) {
      throw new Violation(path + " is empty");
    }
  }

  private void reap() {
    worker.note("reap", null, 0, 0, 0);
    world.machine.slab().reap();
    world.machine.kernelSpace().purge(worker.cpu);
  }

  private void oomScore(ModelProcess who) {
    int value = draw.below(2001) - 1000;
    worker.note("oom_score_adj", who, 0, value, 0);
    who.process().mm().task().oomScoreAdj(draw.oneIn(2) ? 0 : Math.max(-900, value));
  }

  /** What no other worker may see half done. */
  void atRest() {
    if (draw.oneIn(2)) {
      write(LRU_GEN, draw.of(LRU), 0);
      return;
    }
    String path = draw.oneIn(2) ? "/a/x" : "/b";
    MemoryGroup group = world.groups.find(path);
    if (group == null) {
      worker.note("mkdir " + path, null, 0, 0, 0);
      world.groups.make(path);
    } else if (isEmpty(group)) {
      worker.note("rmdir " + path, null, 0, 0, 0);
      reclaim().remove(group);
    }
  }

  private boolean isEmpty(MemoryGroup group) {
    return world.machine.processes().all().stream()
        .noneMatch(process -> process.mm().task().group() == group.id());
  }
}
