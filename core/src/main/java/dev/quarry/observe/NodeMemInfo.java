package dev.quarry.observe;

import dev.quarry.machine.ZoneType;
import dev.quarry.physical.Node;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PhysicalMemory;

/**
 * {@code /sys/devices/system/node/nodeN/meminfo}: a node's memory in KiB. Format of {@code
 * node_read_meminfo} (drivers/base/node.c, 6.18) and {@code hugetlb_report_node_meminfo}.
 */
final class NodeMemInfo {
  private static final int HUGE_PAGES_WIDTH = 22;

  private final Sums sums;
  private final KbLines out;

  private NodeMemInfo(PhysicalMemory memory, Node node) {
    this.sums = Sums.of(node);
    this.out = new KbLines("Node " + node.id() + " ", memory.spec().pageShift());
  }

  static String text(PhysicalMemory memory, Node node) {
    NodeMemInfo file = new NodeMemInfo(memory, node);
    file.totals();
    if (memory.spec().zones().stream().anyMatch(zone -> zone.type() == ZoneType.HIGHMEM)) {
      file.highMem();
    }
    file.filesAndAnon();
    file.kernel();
    file.hugePages();
    return file.out.toString();
  }

  private void totals() {
    out.pages("MemTotal", sums.managed());
    out.pages("MemFree", sums.free());
    out.pages("MemUsed", sums.managed() - sums.free());
    out.pages("SwapCached", sums.stat(NodeStat.NR_SWAPCACHED));
    LruLines.addTo(out, sums);
  }

  private void highMem() {
    out.pages("HighTotal", sums.highManaged());
    out.pages("HighFree", sums.highFree());
    out.pages("LowTotal", sums.managed() - sums.highManaged());
    out.pages("LowFree", sums.free() - sums.highFree());
  }

  private void filesAndAnon() {
    out.pages("Dirty", sums.stat(NodeStat.NR_DIRTY));
    out.pages("Writeback", sums.stat(NodeStat.NR_WRITEBACK));
    out.pages("FilePages", sums.stat(NodeStat.NR_FILE_PAGES));
    out.pages("Mapped", sums.stat(NodeStat.NR_MAPPED));
    out.pages("AnonPages", sums.stat(NodeStat.NR_ANON_PAGES));
    out.pages("Shmem", sums.stat(NodeStat.NR_SHMEM));
  }

  private void kernel() {
    long reclaimable = sums.stat(NodeStat.NR_SLAB_RECLAIMABLE);
    long unreclaimable = sums.stat(NodeStat.NR_SLAB_UNRECLAIMABLE);
    out.kb("KernelStack", sums.stat(NodeStat.NR_KERNEL_STACK));
    out.pages("PageTables", sums.stat(NodeStat.NR_PAGE_TABLE_PAGES));
    out.pages("SecPageTables", sums.stat(NodeStat.NR_SEC_PAGE_TABLE_PAGES));
    out.kb("NFS_Unstable", 0);
    out.kb("Bounce", 0);
    out.kb("WritebackTmp", 0);
    out.pages("KReclaimable", reclaimable + sums.stat(NodeStat.NR_KERNEL_MISC_RECLAIMABLE));
    out.pages("Slab", reclaimable + unreclaimable);
    out.pages("SReclaimable", reclaimable);
    out.pages("SUnreclaim", unreclaimable);
  }

  private void hugePages() {
    out.pages("AnonHugePages", sums.stat(NodeStat.NR_ANON_TRANSPARENT_HUGEPAGES));
    out.pages("ShmemHugePages", sums.stat(NodeStat.NR_SHMEM_HUGEPAGES));
    out.pages("ShmemPmdMapped", sums.stat(NodeStat.NR_SHMEM_PMDMAPPED));
    out.pages("FileHugePages", sums.stat(NodeStat.NR_FILE_HUGEPAGES));
    out.pages("FilePmdMapped", sums.stat(NodeStat.NR_FILE_PMDMAPPED));
    out.count("HugePages_Total", HUGE_PAGES_WIDTH, 0);
    out.count("HugePages_Free", HUGE_PAGES_WIDTH, 0);
    out.count("HugePages_Surp", HUGE_PAGES_WIDTH, 0);
  }
}
