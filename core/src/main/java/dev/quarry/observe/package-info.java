/**
 * Seeing the machine as Linux shows it: files of {@code /proc} and {@code /sys} in the kernel's own
 * formats, so that tools which read the kernel's files read these too.
 *
 * <pre>
 *   /proc/buddyinfo, pagetypeinfo, zoneinfo, vmstat, meminfo, iomem, stat        texts
 *   /proc/slabinfo                                                               caches; may be written
 *   /proc/pressure/{memory, io}                                                  stalls
 *   /proc/vmallocinfo                                                            areas
 *   /proc/kpageflags, kpagecount                                                 8 bytes a frame
 *   /proc/sys/vm/min_free_kbytes, lowmem_reserve_ratio, watermark_*, percpu_*
 *   /sys/devices/system/node/{online, possible, has_*}
 *   /sys/devices/system/node/nodeN/{cpulist, cpumap, distance, meminfo, numastat, vmstat}
 * </pre>
 *
 * <p>Which lines there are depends on a kernel's release and configuration. Assumed is Linux 6.18
 * for x86-64 as the recordings' kernel was configured: SMP, NUMA (with balancing),
 * SPARSEMEM_VMEMMAP with sections of 128 MiB, ZONE_DMA, ZONE_DMA32, ZONE_DEVICE, COMPACTION,
 * MIGRATION, TRANSPARENT_HUGEPAGE, HUGETLBFS, SWAP, ZSWAP, ZSMALLOC, KSM, BALLOON,
 * VM_EVENT_COUNTERS, IOMMU, PAGE_IDLE_FLAG; without CMA, MEMORY_FAILURE, UNACCEPTED_MEMORY,
 * DEBUG_TLBFLUSH, PER_VMA_LOCK_STATS and MEM_ALLOC_PROFILING. Zone types are those of the machine's
 * specification, and one with ZONE_HIGHMEM is a 32-bit kernel with HIGHMEM and FLATMEM: lines for
 * it appear where Linux has them.
 *
 * <p>Equations, at rest, in pages:
 *
 * <pre>
 *   buddyinfo: sum of blocks &lt;&lt; order == zoneinfo: nr_free_pages, for each zone
 *   zoneinfo:  managed == nr_free_pages + sum of pageset counts + allocated (+ isolated)
 *   vmstat:    nr_free_pages == sum over zones == meminfo: MemFree
 *   vmstat:    pgfree - sum of pgalloc_* == meminfo: MemTotal - allocated
 *   meminfo:   DirectMap4k + DirectMap2M == RAM that is not HighMem
 *   slabinfo:  pages of all slabs + pages of large kmallocs == meminfo: Slab
 *   numastat:  local_node + other_node == numa_hit + numa_miss, for each node
 * </pre>
 *
 * <p>What floors above the physical one would fill is 0 until they do.
 *
 * <p>Read next: {@link dev.quarry.observe.ProcFs}, the list of files; then each file's class.
 */
package dev.quarry.observe;
