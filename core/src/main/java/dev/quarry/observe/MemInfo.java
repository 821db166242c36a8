package dev.quarry.observe;

import dev.quarry.machine.ZoneType;
import dev.quarry.physical.DirectMap;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.reclaim.Reclaim;
import dev.quarry.virtual.KernelLayout;
import dev.quarry.virtual.KernelSpace;
import dev.quarry.virtual.space.AddressSpaces;
import dev.quarry.virtual.space.Commitment;
import org.jspecify.annotations.Nullable;

/**
 * {@code /proc/meminfo}: the machine's memory in KiB. Format of {@code meminfo_proc_show}
 * (fs/proc/meminfo.c, 6.18) with what {@code hugetlb_report_meminfo} and x86's {@code
 * arch_report_meminfo} add, as a kernel with the {@linkplain dev.quarry.observe assumed
 * configuration} prints it. Per-CPU areas and huge pages are 0 as long as no floor keeps them.
 */
public final class MemInfo {
  private static final int HUGE_PAGES_WIDTH = 24;

  private final PhysicalMemory memory;
  private final @Nullable KernelSpace space;
  private final @Nullable Reclaim reclaim;
  private final Sums sums;
  private final KbLines out;
  private final DirectMap directMap;
  private final boolean highMem;

  private MemInfo(PhysicalMemory memory, @Nullable KernelSpace space, @Nullable Reclaim reclaim) {
    this.memory = memory;
    this.reclaim = reclaim;
    this.space = space;
    this.sums = Sums.of(memory);
    this.out = new KbLines("", memory.spec().pageShift());
    this.directMap = new DirectMap(memory);
    this.highMem = memory.spec().zones().stream().anyMatch(z -> z.type() == ZoneType.HIGHMEM);
  }

  /** The file's text of a machine whose kernel has mapped nothing. */
  public static String text(PhysicalMemory memory) {
    return text(memory, null);
  }

  /** The file's text of a machine that has no process yet. */
  public static String text(PhysicalMemory memory, @Nullable KernelSpace space) {
    return text(ProcSources.of(memory, space, null));
  }

  /** The file's text. */
  static String text(ProcSources sources) {
    AddressSpaces spaces = sources.spaces();
    MemInfo file = new MemInfo(sources.memory(), sources.space(), sources.reclaim());
    file.totals();
    file.lru();
    file.swapAndFiles();
    file.kernel();
    file.limits(spaces == null ? null : spaces.commitment());
    file.hugePages();
    file.directMap();
    return file.out.toString();
  }

  private void totals() {
    out.pages("MemTotal", sums.managed());
    out.pages("MemFree", sums.free());
    out.pages("MemAvailable", AvailableMemory.of(memory).pages());
    long buffers = reclaim == null ? 0 : reclaim.bufferPages();
    out.pages("Buffers", buffers);
    long swapCached = sums.stat(NodeStat.NR_SWAPCACHED);
    out.pages("Cached", Math.max(0, sums.stat(NodeStat.NR_FILE_PAGES) - swapCached - buffers));
    out.pages("SwapCached", swapCached);
  }

  private void lru() {
    LruLines.addTo(out, sums);
    if (highMem) {
      out.pages("HighTotal", sums.highManaged());
      out.pages("HighFree", sums.highFree());
      out.pages("LowTotal", sums.managed() - sums.highManaged());
      out.pages("LowFree", sums.free() - sums.highFree());
    }
  }

  private void swapAndFiles() {
    out.pages("SwapTotal", reclaim == null ? 0 : reclaim.swap().areas().totalPages());
    out.pages("SwapFree", reclaim == null ? 0 : reclaim.swap().areas().freePages());
    out.kb("Zswap", 0);
    out.kb("Zswapped", 0);
    out.pages("Dirty", sums.stat(NodeStat.NR_DIRTY));
    out.pages("Writeback", sums.stat(NodeStat.NR_WRITEBACK));
    out.pages("AnonPages", sums.stat(NodeStat.NR_ANON_PAGES));
    out.pages("Mapped", sums.stat(NodeStat.NR_MAPPED));
    out.pages("Shmem", sums.stat(NodeStat.NR_SHMEM));
  }

  private void kernel() {
    long reclaimable = sums.stat(NodeStat.NR_SLAB_RECLAIMABLE);
    long unreclaimable = sums.stat(NodeStat.NR_SLAB_UNRECLAIMABLE);
    out.pages("KReclaimable", reclaimable + sums.stat(NodeStat.NR_KERNEL_MISC_RECLAIMABLE));
    out.pages("Slab", reclaimable + unreclaimable);
    out.pages("SReclaimable", reclaimable);
    out.pages("SUnreclaim", unreclaimable);
    out.kb("KernelStack", sums.stat(NodeStat.NR_KERNEL_STACK));
    out.pages("PageTables", sums.stat(NodeStat.NR_PAGE_TABLE_PAGES));
    out.pages("SecPageTables", sums.stat(NodeStat.NR_SEC_PAGE_TABLE_PAGES));
    out.kb("NFS_Unstable", 0);
    out.kb("Bounce", 0);
    out.kb("WritebackTmp", 0);
  }

  /** {@code vm_commit_limit}: by default half of RAM, as vm.overcommit_ratio is 50. */
  private void limits(@Nullable Commitment commitment) {
    long half = sums.managed() / 2;
    out.pages("CommitLimit", commitment == null ? half : commitment.limitPages());
    out.pages("Committed_AS", commitment == null ? 0 : commitment.committedPages());
    out.kb("VmallocTotal", KernelLayout.of(memory).vmallocTotalBytes() >> 10);
    out.pages("VmallocUsed", space == null ? 0 : space.vmalloc().nrPages());
    out.kb("VmallocChunk", 0);
    out.kb("Percpu", 0);
  }

  private void hugePages() {
    out.pages("AnonHugePages", sums.stat(NodeStat.NR_ANON_TRANSPARENT_HUGEPAGES));
    out.pages("ShmemHugePages", sums.stat(NodeStat.NR_SHMEM_HUGEPAGES));
    out.pages("ShmemPmdMapped", sums.stat(NodeStat.NR_SHMEM_PMDMAPPED));
    out.pages("FileHugePages", sums.stat(NodeStat.NR_FILE_HUGEPAGES));
    out.pages("FilePmdMapped", sums.stat(NodeStat.NR_FILE_PMDMAPPED));
    out.pages("Balloon", sums.stat(NodeStat.NR_BALLOON_PAGES));
    out.count("HugePages_Total", HUGE_PAGES_WIDTH, 0);
    out.count("HugePages_Free", HUGE_PAGES_WIDTH, 0);
    out.count("HugePages_Rsvd", HUGE_PAGES_WIDTH, 0);
    out.count("HugePages_Surp", HUGE_PAGES_WIDTH, 0);
    out.kb("Hugepagesize", directMap.largeEntryBytes() >> 10);
    out.pages("Hugetlb", sums.stat(NodeStat.NR_HUGETLB));
  }

  /** With which entries the direct map shows RAM; it has none of 1 GiB, though the CPU has them. */
  private void directMap() {
    out.pages("DirectMap4k", directMap.smallEntries());
    long largeKb = directMap.largeEntries() * (directMap.largeEntryBytes() >> 10);
    if (highMem) {
      out.kb("DirectMap4M", largeKb);
    } else {
      out.kb("DirectMap2M", largeKb);
      out.kb("DirectMap1G", 0);
    }
  }
}
