package dev.quarry.replay.record;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Events that are recorded together, by the paths of their folders under {@code events/}. */
public enum EventSet {
  /** Pages: requests, frees, what the allocator did; and milestones of reclaim and compaction. */
  KMEM(
      group("kmem/mm_page_", "alloc", "free", "free_batched", "alloc_zone_locked", "pcpu_drain"),
      group("kmem/mm_page_", "alloc_extfrag"),
      group("kmem/", "mm_setup_per_zone_wmarks"),
      group("compaction/mm_compaction_", "begin", "end", "try_to_compact_pages", "finished"),
      group("compaction/mm_compaction_", "migratepages", "kcompactd_wake", "wakeup_kcompactd"),
      group("compaction/mm_compaction_", "isolate_freepages", "isolate_migratepages", "suitable"),
      group("migrate/", "mm_migrate_pages"),
      group("vmscan/mm_vmscan_", "kswapd_wake", "kswapd_sleep", "wakeup_kswapd", "reclaim_pages"),
      group("vmscan/mm_vmscan_", "direct_reclaim_begin", "direct_reclaim_end"),
      group("vmscan/", "mm_vmscan_lru_shrink_inactive", "mm_shrink_slab_end")),

  /** Objects: kmalloc and caches. */
  SLAB(group("kmem/", "kmalloc", "kfree", "kmem_cache_alloc", "kmem_cache_free")),

  /** Page faults. */
  FAULT(group("exceptions/page_fault_", "user", "kernel")),

  /** System calls that change address spaces, the life of processes, and their memory in use. */
  MAPS(
      calls("mmap", "munmap", "mprotect", "brk", "mremap", "madvise", "mlock", "msync"),
      calls("clone", "clone3", "fork", "vfork", "execve", "exit_group"),
      group("sched/sched_process_", "fork", "exec", "exit"),
      group("kmem/", "rss_stat"));

  private final List<String> events;

  EventSet(String[]... groups) {
    this.events = Arrays.stream(groups).flatMap(Arrays::stream).toList();
  }

  private static String[] group(String prefix, String... names) {
    return Stream.of(names).map(name -> prefix + name).toArray(String[]::new);
  }

  private static String[] calls(String... names) {
    return Stream.of(names)
        .flatMap(name -> Stream.of("syscalls/sys_enter_" + name, "syscalls/sys_exit_" + name))
        .toArray(String[]::new);
  }

  /** The folders of the events, under {@code events/}. */
  List<String> events() {
    return events;
  }

  /** The name that a user knows it by. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads names such as {@code kmem,slab}.
   *
   * @throws IllegalArgumentException if one is unknown, or there is none
   */
  public static List<EventSet> parse(String text) {
    List<EventSet> sets = new ArrayList<>();
    for (String name : text.split(",", -1)) {
      EventSet set =
          Stream.of(values())
              .filter(known -> known.label().equals(name.strip()))
              .findFirst()
              .orElseThrow(() ->
                  new IllegalArgumentException(
                      "\"" + name + "\" is none of kmem, slab, fault, maps"));
      if (!sets.contains(set)) {
        sets.add(set);
      }
    }
    return sets;
  }
}
