package dev.quarry.reclaim.oom;

import dev.quarry.machine.KernelLog;
import dev.quarry.machine.Task;
import dev.quarry.physical.CpuLine;
import dev.quarry.physical.GfpVocabulary;
import dev.quarry.physical.MemInfoDump;
import dev.quarry.physical.Node;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.ReclaimRequest;
import dev.quarry.reclaim.group.MemoryGroup;
import dev.quarry.reclaim.group.MemoryGroups;
import dev.quarry.slab.CacheStatistics;
import dev.quarry.slab.KmemCache;
import dev.quarry.slab.SlabAllocator;
import dev.quarry.slab.SlabFlags;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.RssKind;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's report of a kill: {@code dump_header}, {@code dump_tasks}, {@code dump_oom_victim},
 * {@code __oom_kill_process} (mm/oom_kill.c), {@code dump_unreclaimable_slab} (mm/slab_common.c),
 * as 6.18 prints them.
 *
 * <pre>
 *   who asked, for what
 *   the CPU
 *   Mem-Info ...                    {@link MemInfoDump}
 *   Unreclaimable slab info         if it is more than all pages on lists
 *   Tasks state                     one line for each process, in pages
 *   oom-kill:constraint=...
 *   Out of memory: Killed process ...
 * </pre>
 */
final class OomReport {
  private static final int KIB_SHIFT = PageTableLayout.PAGE_SHIFT - 10;

  /** Pages on lists, or taken off them for a moment: {@code should_dump_unreclaim_slab}. */
  private static final List<NodeStat> LRU =
      List.of(
          NodeStat.NR_ACTIVE_ANON,
          NodeStat.NR_INACTIVE_ANON,
          NodeStat.NR_ACTIVE_FILE,
          NodeStat.NR_INACTIVE_FILE,
          NodeStat.NR_ISOLATED_ANON,
          NodeStat.NR_ISOLATED_FILE,
          NodeStat.NR_UNEVICTABLE);

  private final PhysicalMemory memory;
  private final SlabAllocator slab;
  private final OomTasks tasks;
  private final MemoryGroups groups;
  private String lastVictim = "nobody";

  OomReport(PhysicalMemory memory, SlabAllocator slab, OomTasks tasks, MemoryGroups groups) {
    this.groups = groups;
    this.memory = memory;
    this.slab = slab;
    this.tasks = tasks;
  }

  static long kib(long pages) {
    return pages << KIB_SHIFT;
  }

  /** Who was killed last, for trails. */
  String lastVictim() {
    return lastVictim;
  }

  private KernelLog log() {
    return memory.log();
  }

  /** All up to the table of processes: {@code dump_header}. */
  void head(OomControl control, boolean withTasks) {
    GfpVocabulary vocabulary = GfpVocabulary.of(memory.spec().release());
    int flags = vocabulary.adopt(control.gfp());
    Task task = control.cpu().task();
    log()
        .print(
            String.format(
                    Locale.ROOT,
                    "%s invoked oom-killer: gfp_mask=0x%x(%s), order=%d, oom_score_adj=%d\n",
                    task.comm(),
                    vocabulary.toMask(flags),
                    vocabulary.format(flags),
                    control.order(),
                    task.oomScoreAdj())
                + CpuLine.text(memory, control.cpu())
                + state(control));
    MemoryGroup group = control.group();
    if (group == null
        && sum(NodeStat.NR_SLAB_UNRECLAIMABLE) > LRU.stream().mapToLong(this::sum).sum()) {
      slabs();
    }
    if (withTasks) {
      tasks(group);
    }
  }

  /** The memory of the machine, or of the group that is at its limit. */
  private String state(OomControl control) {
    MemoryGroup group = control.group();
    return group == null
        ? new MemInfoDump(memory).text(control.highestZone(), control.cpu(), control.nodeMask())
        : new GroupText(memory, groups).report(group);
  }

  private long sum(NodeStat stat) {
    return memory.nodes().stream().mapToLong(node -> node.stat(stat)).sum();
  }

  private void slabs() {
    StringBuilder out = new StringBuilder("Unreclaimable slab info:\n");
    out.append("Name                      Used          Total");
    for (KmemCache cache : slab.caches().reversed()) {
      CacheStatistics of = cache.statistics();
      if ((cache.spec().flags() & SlabFlags.RECLAIM_ACCOUNT) == 0 && of.objects() > 0) {
        out.append(
            String.format(
                Locale.ROOT,
                "\n%-17s %10dKB %10dKB",
                cache.name(),
                of.activeObjects() * of.objectSize() / 1024,
                of.objects() * of.objectSize() / 1024));
      }
    }
    log().print(out.toString());
  }

  private void tasks(@Nullable MemoryGroup group) {
    StringBuilder out = new StringBuilder("Tasks state (memory values in pages):\n");
    out.append(
        "[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem"
            + " pgtables_bytes swapents oom_score_adj name");
    for (OomTask task : tasks.all()) {
      MmStruct mm = task.mm();
      if (group != null && !groups.of(task.state().group()).isIn(group)) {
        continue;
      }
      out.append(
          String.format(
              Locale.ROOT,
              "\n[%7d] %5d %5d %8d %8d %8d %8d %9d %8d %8d         %5d %s",
              task.pid(),
              0,
              task.pid(),
              mm.totalVm(),
              mm.rssPages(),
              mm.rss(RssKind.ANON),
              mm.rss(RssKind.FILE),
              mm.rss(RssKind.SHMEM),
              mm.tablePages() << PageTableLayout.PAGE_SHIFT,
              mm.rss(RssKind.SWAP),
              task.state().oomScoreAdj(),
              task.comm()));
    }
    log().print(out.toString());
  }

  /** {@code dump_oom_victim}. */
  void constraint(OomControl control, OomTask victim) {
    boolean everywhere = control.nodeMask() == ReclaimRequest.ALL_NODES;
    log()
        .print(
            String.format(
                Locale.ROOT,
                "oom-kill:constraint=%s,nodemask=%s,cpuset=/,mems_allowed=%s,%s,"
                    + "task_memcg=%s,task=%s,pid=%d,uid=0",
                control.constraint().text(),
                everywhere
                    ? "(null)"
                    : CpuLine.nodes(memory, node -> (control.nodeMask() >>> node.id() & 1) != 0),
                CpuLine.nodes(memory, Node::hasMemory),
                control.group() == null ? "global_oom" : "oom_memcg=" + control.group(),
                groups.of(victim.state().group()),
                victim.comm(),
                victim.pid()));
  }

  /** The line of {@code __oom_kill_process}. */
  void killed(OomTask victim, String message) {
    MmStruct mm = victim.mm();
    lastVictim = "process " + victim.pid() + " (" + victim.comm() + ")";
    log()
        .print(
            String.format(
                Locale.ROOT,
                "%s: Killed process %d (%s) total-vm:%dkB, anon-rss:%dkB, file-rss:%dkB,"
                    + " shmem-rss:%dkB, UID:0 pgtables:%dkB oom_score_adj:%d",
                message,
                victim.pid(),
                victim.comm(),
                kib(mm.totalVm()),
                kib(mm.rss(RssKind.ANON)),
                kib(mm.rss(RssKind.FILE)),
                kib(mm.rss(RssKind.SHMEM)),
                kib(mm.tablePages()),
                victim.state().oomScoreAdj()));
  }
}
