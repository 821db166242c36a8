package dev.quarry.observe;

import dev.quarry.machine.ZoneType;
import dev.quarry.physical.DirectMap;
import dev.quarry.physical.Node;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import java.util.Locale;

/**
 * {@code /proc/meminfo}. Format of {@code meminfo_proc_show} (fs/proc/meminfo.c, 6.18); the
 * estimate of what is available follows {@code si_mem_available} (mm/show_mem.c). Files, anonymous
 * memory, swap and vmalloc are 0 as long as nothing keeps them.
 */
public final class MemInfo {
  private static final long VMALLOC_TOTAL_KB = 34_359_738_367L;

  private final PhysicalMemory memory;
  private final StringBuilder out = new StringBuilder();

  private MemInfo(PhysicalMemory memory) {
    this.memory = memory;
  }

  /** The file's text. */
  public static String text(PhysicalMemory memory) {
    MemInfo file = new MemInfo(memory);
    file.totals();
    file.lru();
    file.swapAndFiles();
    file.slab();
    file.limits();
    file.directMap();
    return file.out.toString();
  }

  private void kb(String name, long kilobytes) {
    out.append(String.format(Locale.ROOT, "%-16s%8d kB\n", name + ":", kilobytes));
  }

  private void pages(String name, long pages) {
    kb(name, pages << (memory.spec().pageShift() - 10));
  }

  private long stat(NodeStat stat) {
    long sum = 0;
    for (Node node : memory.nodes()) {
      sum += node.stat(stat);
    }
    return sum;
  }

  private void totals() {
    long managed = 0;
    long free = 0;
    for (Zone zone : memory.zones()) {
      managed += zone.managed();
      free += zone.freePages();
    }
    pages("MemTotal", managed);
    pages("MemFree", free);
    pages("MemAvailable", available(free));
    kb("Buffers", 0);
    pages("Cached", stat(NodeStat.NR_FILE_PAGES));
    pages("SwapCached", stat(NodeStat.NR_SWAPCACHED));
  }

  /** Free pages beyond the reserves, and half of the caches, or all beyond the low marks. */
  private long available(long free) {
    long reserve = 0;
    long low = 0;
    for (Zone zone : memory.zones()) {
      long highest = 0;
      for (int index = zone.index(); index < memory.spec().zones().size(); index++) {
        highest = Math.max(highest, zone.lowmemReserve(index));
      }
      reserve += Math.min(highest + zone.mark(Zone.HIGH), zone.managed());
      low += zone.mark(Zone.LOW);
    }
    long cache = stat(NodeStat.NR_ACTIVE_FILE) + stat(NodeStat.NR_INACTIVE_FILE);
    long slab = stat(NodeStat.NR_SLAB_RECLAIMABLE) + stat(NodeStat.NR_KERNEL_MISC_RECLAIMABLE);
    long available =
        free - reserve + cache - Math.min(cache / 2, low) + slab - Math.min(slab / 2, low);
    return Math.max(0, available);
  }

  private void lru() {
    long activeAnon = stat(NodeStat.NR_ACTIVE_ANON);
    long inactiveAnon = stat(NodeStat.NR_INACTIVE_ANON);
    long activeFile = stat(NodeStat.NR_ACTIVE_FILE);
    long inactiveFile = stat(NodeStat.NR_INACTIVE_FILE);
    pages("Active", activeAnon + activeFile);
    pages("Inactive", inactiveAnon + inactiveFile);
    pages("Active(anon)", activeAnon);
    pages("Inactive(anon)", inactiveAnon);
    pages("Active(file)", activeFile);
    pages("Inactive(file)", inactiveFile);
    pages("Unevictable", stat(NodeStat.NR_UNEVICTABLE));
    kb("Mlocked", 0);
    if (memory.spec().zones().stream().anyMatch(zone -> zone.type() == ZoneType.HIGHMEM)) {
      highMem();
    }
  }

  private void highMem() {
    long[] total = new long[2];
    long[] free = new long[2];
    for (Zone zone : memory.zones()) {
      int high = zone.isHighMem() ? 1 : 0;
      total[high] += zone.managed();
      free[high] += zone.freePages();
    }
    pages("HighTotal", total[1]);
    pages("HighFree", free[1]);
    pages("LowTotal", total[0]);
    pages("LowFree", free[0]);
  }

  private void swapAndFiles() {
    kb("SwapTotal", 0);
    kb("SwapFree", 0);
    kb("Zswap", 0);
    kb("Zswapped", 0);
    pages("Dirty", stat(NodeStat.NR_DIRTY));
    pages("Writeback", stat(NodeStat.NR_WRITEBACK));
    pages("AnonPages", stat(NodeStat.NR_ANON_PAGES));
    pages("Mapped", stat(NodeStat.NR_MAPPED));
    pages("Shmem", stat(NodeStat.NR_SHMEM));
  }

  private void slab() {
    long reclaimable = stat(NodeStat.NR_SLAB_RECLAIMABLE);
    long unreclaimable = stat(NodeStat.NR_SLAB_UNRECLAIMABLE);
    pages("KReclaimable", reclaimable + stat(NodeStat.NR_KERNEL_MISC_RECLAIMABLE));
    pages("Slab", reclaimable + unreclaimable);
    pages("SReclaimable", reclaimable);
    pages("SUnreclaim", unreclaimable);
    kb("KernelStack", stat(NodeStat.NR_KERNEL_STACK));
    pages("PageTables", stat(NodeStat.NR_PAGE_TABLE_PAGES));
    pages("SecPageTables", stat(NodeStat.NR_SEC_PAGE_TABLE_PAGES));
    kb("NFS_Unstable", 0);
    kb("Bounce", 0);
    kb("WritebackTmp", 0);
  }

  private void limits() {
    long managed = memory.zones().stream().mapToLong(Zone::managed).sum();
    pages("CommitLimit", managed / 2);
    kb("Committed_AS", 0);
    kb("VmallocTotal", VMALLOC_TOTAL_KB);
    kb("VmallocUsed", 0);
    kb("VmallocChunk", 0);
    kb("Percpu", 0);
  }

  private void directMap() {
    DirectMap map = new DirectMap(memory);
    boolean fourMegabytes = map.largeEntryBytes() > 2L << 20;
    pages("DirectMap4k", map.smallEntries());
    kb(
        fourMegabytes ? "DirectMap4M" : "DirectMap2M",
        map.largeEntries() * (map.largeEntryBytes() >> 10));
  }
}
