package dev.quarry.reclaim.group;

import dev.quarry.physical.LargeFolios;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PageState;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.VmEvent;
import dev.quarry.physical.Zone;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code memory.stat} of a group: {@code memory_stats}, {@code memcg_vm_event_stat}, {@code
 * memcg_stat_format} (mm/memcontrol.c, 6.18). What there is of a kind is counted when it is asked
 * for, from the descriptors of the frames that say the group or one below it; what has happened was
 * counted when it did. The root's own are those of the machine.
 *
 * <pre>
 *   anon file kernel ... slab          bytes now
 *   workingset_* pgdemote_* pgpromote  times
 *   pgscan pgsteal                     sums of those that follow
 *   pswpin ... numa_hint_faults        times
 * </pre>
 */
public final class GroupStat {
  /** Lists whose lengths are known by who keeps them. */
  private static final List<NodeStat> LISTS =
      List.of(
          NodeStat.NR_INACTIVE_ANON,
          NodeStat.NR_ACTIVE_ANON,
          NodeStat.NR_INACTIVE_FILE,
          NodeStat.NR_ACTIVE_FILE,
          NodeStat.NR_UNEVICTABLE);

  /** Counts that are events; {@code WORKINGSET_NODERECLAIM} is no group's. */
  private static final List<NodeStat> TIMES =
      List.of(
          NodeStat.WORKINGSET_REFAULT_ANON,
          NodeStat.WORKINGSET_REFAULT_FILE,
          NodeStat.WORKINGSET_ACTIVATE_ANON,
          NodeStat.WORKINGSET_ACTIVATE_FILE,
          NodeStat.WORKINGSET_RESTORE_ANON,
          NodeStat.WORKINGSET_RESTORE_FILE,
          NodeStat.WORKINGSET_NODERECLAIM,
          NodeStat.PGDEMOTE_KSWAPD,
          NodeStat.PGDEMOTE_DIRECT,
          NodeStat.PGDEMOTE_KHUGEPAGED,
          NodeStat.PGDEMOTE_PROACTIVE,
          NodeStat.PGPROMOTE_SUCCESS);

  /** Sizes in the file's order; those that this machine has none of are 0. */
  private static final String SIZES =
      """
      anon file kernel kernel_stack pagetables sec_pagetables percpu sock vmalloc shmem
      zswap zswapped file_mapped file_dirty file_writeback swapcached anon_thp file_thp shmem_thp
      inactive_anon active_anon inactive_file active_file unevictable
      slab_reclaimable slab_unreclaimable slab
      """;

  private static final String EVENTS =
      """
      pswpin pswpout
      pgscan_kswapd pgscan_direct pgscan_khugepaged pgscan_proactive
      pgsteal_kswapd pgsteal_direct pgsteal_khugepaged pgsteal_proactive
      pgfault pgmajfault pgrefill pgactivate pgdeactivate pglazyfree pglazyfreed
      swpin_zero swpout_zero zswpin zswpout zswpwb
      thp_fault_alloc thp_collapse_alloc thp_swpout thp_swpout_fallback
      numa_pages_migrated numa_pte_updates numa_hint_faults
      """;

  private static final Map<String, VmEvent> BY_LABEL = new LinkedHashMap<>();

  static {
    for (VmEvent event : VmEvent.values()) {
      BY_LABEL.put(event.label(), event);
    }
  }

  private final PhysicalMemory memory;
  private final MemoryGroups groups;
  private final MemoryGroup group;
  private final Map<NodeStat, Long> pages = new EnumMap<>(NodeStat.class);
  private long kernelPages;

  private GroupStat(PhysicalMemory memory, MemoryGroups groups, MemoryGroup group) {
    this.memory = memory;
    this.groups = groups;
    this.group = group;
  }

  /** The file's text. */
  public static String text(PhysicalMemory memory, MemoryGroups groups, MemoryGroup group) {
    GroupStat stat = new GroupStat(memory, groups, group);
    stat.count();
    StringBuilder out = new StringBuilder();
    for (String name : SIZES.strip().split("\\s+")) {
      line(out, name, stat.bytes(name));
    }
    for (NodeStat times : TIMES) {
      line(out, times.label(), group.isRoot() ? memory.stat(times) : group.events(times));
    }
    for (String sum : List.of("pgscan", "pgsteal")) {
      long all = 0;
      for (String by : List.of("_kswapd", "_direct", "_proactive")) {
        all += stat.events(sum + by);
      }
      line(out, sum, all);
    }
    for (String name : EVENTS.strip().split("\\s+")) {
      line(out, name, stat.events(name));
    }
    return out.toString();
  }

  private static void line(StringBuilder out, String name, long value) {
    out.append(name).append(' ').append(value).append('\n');
  }

  private long events(String name) {
    VmEvent event = BY_LABEL.get(name);
    if (event == null) {
      return 0; // nothing here does that
    }
    return group.isRoot() ? memory.events().sum(event) : group.events(event);
  }

  private long bytes(String name) {
    return switch (name) {
      case "kernel" -> inBytes(kernelPages);
      case "slab_reclaimable" -> group.isRoot() ? size(NodeStat.NR_SLAB_RECLAIMABLE) : 0;
      case "slab_unreclaimable", "slab" -> slab(name);
      default -> {
        NodeStat stat = of(name);
        yield stat == null ? 0 : size(stat);
      }
    };
  }

  /** All caches whose objects count for processes are unreclaimable. */
  private long slab(String name) {
    if (!group.isRoot()) {
      return group.subtree().stream().mapToLong(MemoryGroup::objectBytes).sum();
    }
    long both = name.equals("slab") ? size(NodeStat.NR_SLAB_RECLAIMABLE) : 0;
    return both + size(NodeStat.NR_SLAB_UNRECLAIMABLE);
  }

  private static @Nullable NodeStat of(String name) {
    return switch (name) {
      case "anon" -> NodeStat.NR_ANON_PAGES;
      case "file" -> NodeStat.NR_FILE_PAGES;
      case "pagetables" -> NodeStat.NR_PAGE_TABLE_PAGES;
      case "shmem" -> NodeStat.NR_SHMEM;
      case "file_mapped" -> NodeStat.NR_MAPPED;
      case "file_dirty" -> NodeStat.NR_DIRTY;
      case "file_writeback" -> NodeStat.NR_WRITEBACK;
      case "swapcached" -> NodeStat.NR_SWAPCACHED;
      case "anon_thp" -> NodeStat.NR_ANON_TRANSPARENT_HUGEPAGES;
      case "inactive_anon", "active_anon", "inactive_file", "active_file", "unevictable" ->
          NodeStat.valueOf("NR_" + name.toUpperCase(Locale.ROOT));
      default -> null;
    };
  }

  private long size(NodeStat stat) {
    return inBytes(pages.getOrDefault(stat, 0L));
  }

  private long inBytes(long count) {
    return count << memory.spec().pageShift();
  }

  private void count() {
    if (group.isRoot()) {
      for (NodeStat stat : NodeStat.values()) {
        pages.put(stat, memory.stat(stat));
      }
      add(NodeStat.NR_FILE_PAGES, -memory.stat(NodeStat.NR_SWAPCACHED)); // not those of groups
      group
          .children()
          .forEach(child -> kernelPages += new GroupStat(memory, groups, child).kernel());
      return;
    }
    for (NodeStat list : LISTS) {
      add(list, groups.listed(group, list));
    }
    kernelPages = kernel();
  }

  /** Counts the frames; how many pages are the kernel's. */
  private long kernel() {
    for (Zone zone : memory.zones()) {
      for (int pfn = zone.startPfn(); pfn < zone.endPfn(); pfn++) {
        int id = groups.idOf(pfn);
        if (id != 0 && groups.of(id).isIn(group)) {
          frame(pfn);
        }
      }
    }
    int shift = memory.spec().pageShift();
    long objects =
        group.subtree().stream()
            .mapToLong(one -> MemoryGroup.pages(one.objectBytes(), shift))
            .sum();
    return objects + pages.getOrDefault(NodeStat.NR_PAGE_TABLE_PAGES, 0L);
  }

  /** A page; the frames of a huge page have what its head says. */
  private void frame(int pfn) {
    if ((memory.map().state(pfn) & PageState.PGTABLE) != 0) {
      add(NodeStat.NR_PAGE_TABLE_PAGES, 1);
      return;
    }
    LargeFolios folios = memory.largeFolios();
    int head = folios.holder(pfn);
    int flags = PageState.flags(memory.map().state(head));
    boolean mapped = folios.mapcountOf(pfn) > 0;
    add(NodeStat.NR_WRITEBACK, (flags & PageState.WRITEBACK) != 0 ? 1 : 0);
    add(NodeStat.NR_SWAPCACHED, (flags & PageState.SWAPCACHE) != 0 ? 1 : 0);
    if ((flags & PageState.ANON) != 0) {
      add(NodeStat.NR_ANON_PAGES, mapped ? 1 : 0);
      boolean huge = head != pfn || PageState.order(memory.map().state(pfn)) > 0;
      boolean whole = huge && folios.entireMapcount(head) > 0;
      add(NodeStat.NR_ANON_TRANSPARENT_HUGEPAGES, whole ? 1 : 0);
      return;
    }
    boolean shmem = (flags & PageState.SWAPBACKED) != 0;
    add(NodeStat.NR_FILE_PAGES, 1);
    add(NodeStat.NR_MAPPED, mapped ? 1 : 0);
    add(NodeStat.NR_SHMEM, shmem ? 1 : 0);
    add(NodeStat.NR_DIRTY, !shmem && (flags & PageState.DIRTY) != 0 ? 1 : 0);
  }

  private void add(NodeStat stat, long change) {
    pages.merge(stat, change, Long::sum);
  }
}
