package dev.quarry.physical;

import dev.quarry.machine.Cpu;
import java.util.Locale;

/**
 * The state of all memory as the kernel dumps it behind a failed allocation or for SysRq-M: {@code
 * __show_mem} (mm/show_mem.c, 6.18).
 */
public final class MemInfoDump {
  private final PhysicalMemory memory;
  private final int pageShift;
  private long shownNodes;

  /** A dump of {@code memory}. */
  public MemInfoDump(PhysicalMemory memory) {
    this.memory = memory;
    this.pageShift = memory.spec().pageShift();
  }

  /**
   * The dump's text.
   *
   * @param highestZone zones above this index are left out, and nodes without any other
   * @param cpu whose lists {@code local_pcp} counts
   */
  public String text(int highestZone, Cpu cpu) {
    return text(highestZone, cpu, Request.ALL_NODES);
  }

  /**
   * The dump's text, of some nodes: SHOW_MEM_FILTER_NODES.
   *
   * @param nodeMask a bit for each node that is shown; -1 for all
   */
  public String text(int highestZone, Cpu cpu, long nodeMask) {
    this.shownNodes = nodeMask;
    StringBuilder out = new StringBuilder("Mem-Info:\n");
    global(out, highestZone);
    for (Node node : memory.nodes()) {
      if (node.zones().stream().anyMatch(zone -> isShown(zone, highestZone))) {
        node(out, node);
      }
    }
    for (Zone zone : memory.zones()) {
      if (isShown(zone, highestZone)) {
        zone(out, zone, cpu);
      }
    }
    for (Zone zone : memory.zones()) {
      if (isShown(zone, highestZone)) {
        blocks(out, zone);
      }
    }
    summary(out);
    return out.toString();
  }

  private boolean isShown(Zone zone, int highestZone) {
    boolean ofNode = (shownNodes >>> zone.node().id() & 1) != 0;
    return ofNode && zone.isPopulated() && zone.index() <= highestZone;
  }

  private long kib(long pages) {
    return pages << (pageShift - 10);
  }

  private void global(StringBuilder out, int highestZone) {
    long free = 0;
    long pcp = 0;
    long cma = 0;
    for (Zone zone : memory.zones()) {
      free += zone.freePages();
      cma += zone.freeCma();
      pcp += isShown(zone, highestZone) ? zone.pcpPages() : 0;
    }
    lists(out);
    append(
        out,
        " kernel_misc_reclaimable:%d%n free:%d free_pcp:%d free_cma:%d%n",
        memory.stat(NodeStat.NR_KERNEL_MISC_RECLAIMABLE),
        free,
        pcp,
        cma);
  }

  private void lists(StringBuilder out) {
    append(
        out,
        "active_anon:%d inactive_anon:%d isolated_anon:%d%n",
        memory.stat(NodeStat.NR_ACTIVE_ANON),
        memory.stat(NodeStat.NR_INACTIVE_ANON),
        memory.stat(NodeStat.NR_ISOLATED_ANON));
    append(
        out,
        " active_file:%d inactive_file:%d isolated_file:%d%n",
        memory.stat(NodeStat.NR_ACTIVE_FILE),
        memory.stat(NodeStat.NR_INACTIVE_FILE),
        memory.stat(NodeStat.NR_ISOLATED_FILE));
    append(
        out,
        " unevictable:%d dirty:%d writeback:%d%n slab_reclaimable:%d slab_unreclaimable:%d%n",
        memory.stat(NodeStat.NR_UNEVICTABLE),
        memory.stat(NodeStat.NR_DIRTY),
        memory.stat(NodeStat.NR_WRITEBACK),
        memory.stat(NodeStat.NR_SLAB_RECLAIMABLE),
        memory.stat(NodeStat.NR_SLAB_UNRECLAIMABLE));
    append(
        out,
        " mapped:%d shmem:%d pagetables:%d%n sec_pagetables:%d bounce:0%n",
        memory.stat(NodeStat.NR_MAPPED),
        memory.stat(NodeStat.NR_SHMEM),
        memory.stat(NodeStat.NR_PAGE_TABLE_PAGES),
        memory.stat(NodeStat.NR_SEC_PAGE_TABLE_PAGES));
  }

  private void node(StringBuilder out, Node node) {
    append(out, "Node %d", node.id());
    kb(out, "active_anon", node.stat(NodeStat.NR_ACTIVE_ANON));
    kb(out, "inactive_anon", node.stat(NodeStat.NR_INACTIVE_ANON));
    kb(out, "active_file", node.stat(NodeStat.NR_ACTIVE_FILE));
    kb(out, "inactive_file", node.stat(NodeStat.NR_INACTIVE_FILE));
    kb(out, "unevictable", node.stat(NodeStat.NR_UNEVICTABLE));
    kb(out, "isolated(anon)", node.stat(NodeStat.NR_ISOLATED_ANON));
    kb(out, "isolated(file)", node.stat(NodeStat.NR_ISOLATED_FILE));
    kb(out, "mapped", node.stat(NodeStat.NR_MAPPED));
    kb(out, "dirty", node.stat(NodeStat.NR_DIRTY));
    kb(out, "writeback", node.stat(NodeStat.NR_WRITEBACK));
    kb(out, "shmem", node.stat(NodeStat.NR_SHMEM));
    kb(out, "shmem_thp", node.stat(NodeStat.NR_SHMEM_HUGEPAGES));
    kb(out, "shmem_pmdmapped", node.stat(NodeStat.NR_SHMEM_PMDMAPPED));
    kb(out, "anon_thp", node.stat(NodeStat.NR_ANON_TRANSPARENT_HUGEPAGES));
    append(out, " kernel_stack:%dkB", node.stat(NodeStat.NR_KERNEL_STACK));
    kb(out, "pagetables", node.stat(NodeStat.NR_PAGE_TABLE_PAGES));
    kb(out, "sec_pagetables", node.stat(NodeStat.NR_SEC_PAGE_TABLE_PAGES));
    boolean hopeless = memory.swapFigures().isHopeless(node);
    out.append(" all_unreclaimable? ").append(hopeless ? "yes" : "no");
    kb(out, "Balloon", node.stat(NodeStat.NR_BALLOON_PAGES));
    out.append('\n');
  }

  private void zone(StringBuilder out, Zone zone, Cpu cpu) {
    append(out, "Node %d %s", zone.node().id(), zone.label());
    kb(out, "free", zone.freePages());
    kb(out, "boost", zone.watermarkBoost());
    kb(out, "min", zone.mark(Zone.MIN));
    kb(out, "low", zone.mark(Zone.LOW));
    kb(out, "high", zone.mark(Zone.HIGH));
    append(out, " reserved_highatomic:%dKB", kib(zone.reservedHighatomic()));
    append(out, " free_highatomic:%dKB", kib(zone.freeHighatomic()));
    for (ZoneStat stat : ZoneStat.inFailureReport()) {
      kb(out, stat.reportLabel(), zone.stat(stat));
    }
    kb(out, "present", zone.present());
    kb(out, "managed", zone.managed());
    kb(out, "mlocked", zone.stat(ZoneStat.NR_MLOCK));
    kb(out, "bounce", 0);
    kb(out, "free_pcp", zone.pcpPages());
    kb(out, "local_pcp", zone.pcp(cpu.id()).count());
    kb(out, "free_cma", zone.freeCma());
    out.append("\nlowmem_reserve[]:");
    for (int index = 0; index < memory.spec().zones().size(); index++) {
      out.append(' ').append(zone.lowmemReserve(index));
    }
    out.append('\n');
  }

  private void blocks(StringBuilder out, Zone zone) {
    append(out, "Node %d %s: ", zone.node().id(), zone.label());
    long total = 0;
    for (int order = 0; order <= memory.spec().maxOrder(); order++) {
      int blocks = zone.area(order).nrFree();
      total += (long) blocks << order;
      append(out, "%d*%dkB ", blocks, kib(1L << order));
      if (blocks > 0) {
        out.append('(');
        for (int type = 0; type < MigrateType.COUNT; type++) {
          if (!zone.isEmpty(order, type)) {
            out.append(MigrateType.letter(type));
          }
        }
        out.append(") ");
      }
    }
    append(out, "= %dkB%n", kib(total));
  }

  private void summary(StringBuilder out) {
    long present = 0;
    long managed = 0;
    long high = 0;
    for (Zone zone : memory.zones()) {
      present += zone.present();
      managed += zone.managed();
      high += zone.isHighMem() ? zone.present() : 0;
    }
    append(out, "%d total pagecache pages%n", memory.stat(NodeStat.NR_FILE_PAGES));
    append(out, "%d pages in swap cache%n", memory.stat(NodeStat.NR_SWAPCACHED));
    append(out, "Free swap  = %dkB%n", kib(memory.swapFigures().freePages()));
    append(out, "Total swap = %dkB%n", kib(memory.swapFigures().totalPages()));
    append(out, "%d pages RAM%n%d pages HighMem/MovableOnly%n", present, high);
    append(out, "%d pages reserved%n", present - managed);
    out.append("0 pages cma reserved\n0 pages hwpoisoned");
  }

  private void kb(StringBuilder out, String name, long pages) {
    append(out, " %s:%dkB", name, kib(pages));
  }

  private static void append(StringBuilder out, String format, Object... values) {
    out.append(String.format(Locale.ROOT, format.replace("%n", "\n"), values));
  }
}
