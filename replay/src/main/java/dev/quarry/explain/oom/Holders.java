package dev.quarry.explain.oom;

import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.log.OomDump;
import dev.quarry.explain.verdict.OomStory.Holder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Who held memory, largest first: kinds of pages, whose sum and the rest are the machine, and among
 * them the largest tasks and slab caches.
 */
final class Holders {
  private static final int MOST_TASKS = 5;
  private static final int MOST_CACHES = 3;

  private final MemoryReport report;
  private final Totals totals;
  private final long managed;
  private final List<Holder> holders = new ArrayList<>();
  private long accounted;

  Holders(MemoryReport report, Totals totals) {
    this.report = report;
    this.totals = totals;
    long managed = totals.managed();
    // A report of some nodes has the counters of the whole machine, and only their zones.
    this.managed = counted() > managed + managed / 50 ? counted() : managed;
  }

  List<Holder> list() {
    kinds();
    if (managed > 0) {
      add("not accounted for", managed - accounted, false);
    }
    tasks();
    caches();
    holders.sort(Comparator.comparingLong(Holder::pages).reversed().thenComparing(Holder::name));
    return List.copyOf(holders);
  }

  private long counted() {
    return totals.counter("free")
        + totals.counter("active_anon")
        + totals.counter("inactive_anon")
        + totals.counter("active_file")
        + totals.counter("inactive_file");
  }

  private void kinds() {
    boolean swaps = totals.hasFreeSwap();
    long shmem = totals.counter("shmem");
    long anon = totals.counter("active_anon") + totals.counter("inactive_anon");
    // Pages of shared memory are on the LRU lists of anonymous ones.
    kind("anonymous", Math.max(0, anon - shmem), swaps);
    kind("shared memory", Math.min(shmem, Math.max(anon, shmem)), swaps);
    kind("file cache", totals.counter("active_file") + totals.counter("inactive_file"), true);
    kind("unevictable", totals.counter("unevictable"), false);
    kind("slab_reclaimable", totals.counter("slab_reclaimable"), true);
    kind("slab_unreclaimable", totals.counter("slab_unreclaimable"), false);
    kind("slab", totals.counter("slab"), false);
    kind("page tables", totals.counter("pagetables"), false);
    kind("secondary page tables", totals.counter("sec_pagetables"), false);
    kind("kernel stacks", totals.counter("kernel_stack"), false);
    kind("kernel_misc_reclaimable", totals.counter("kernel_misc_reclaimable"), true);
    kind("on CPUs' lists", totals.counter("free_pcp"), true);
    kind("free", totals.counter("free"), false);
  }

  private void kind(String name, long pages, boolean reclaimable) {
    accounted += pages;
    add(name, pages, reclaimable);
  }

  private void add(String name, long pages, boolean reclaimable) {
    if (pages > 0) {
      double share = managed == 0 ? 0 : (double) pages / managed;
      holders.add(new Holder(name, pages, share, reclaimable));
    }
  }

  private void tasks() {
    OomDump oom = report.oom();
    if (oom == null) {
      return;
    }
    oom.tasks().stream()
        .filter(task -> task.rssPages() > 0)
        .sorted(
            Comparator.comparingLong(OomDump.Task::rssPages)
                .reversed()
                .thenComparingInt(OomDump.Task::pid))
        .limit(MOST_TASKS)
        .forEach(
            task -> add("task " + task.name() + " (" + task.pid() + ")", task.rssPages(), false));
  }

  private void caches() {
    report.slabs().entrySet().stream()
        .sorted(
            Map.Entry.<String, Long>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(MOST_CACHES)
        .forEach(
            cache -> add("slab cache " + cache.getKey(), totals.pages(cache.getValue()), false));
  }
}
