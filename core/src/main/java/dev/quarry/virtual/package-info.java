/**
 * Virtual memory: page tables as bytes in frames, and the kernel's half of the address range.
 *
 * <p>Terms:
 *
 * <ul>
 *   <li><b>table</b>: a frame full of entries, which lead to tables of the next level or show
 *       pages.
 *   <li><b>walk</b>: going from the root to the entry of an address, as the processor does.
 *   <li><b>direct map</b>: all low memory, one after the other, in large entries.
 *   <li><b>area</b>: a stretch of vmalloc space with one owner; a guard page ends it.
 *   <li><b>lazy</b>: of an area that is freed, and whose addresses wait for a flush of the TLBs.
 * </ul>
 *
 * <pre>
 *   KernelSpace ─┬─ Vmalloc, Vmap, Ioremap ─► VmAreas ─► AreaList ─► VmStructs (bytes of kmalloc)
 *                ├─ HighMem ─► KmapPool, KmapLocal
 *                └─ PageTables ─┬─ TableBuilder   maps, makes tables
 *                               ├─ RangeWalk      unmaps, protects
 *                               ├─ TableFreeing   frees tables
 *                               └─ TableMemory    entries as bytes in Ram
 * </pre>
 *
 * <p>Equations: tables in the trees == tables allocated - tables freed; areas are sorted, disjoint,
 * and each entry in vmalloc space belongs to exactly one. {@link
 * dev.quarry.virtual.VirtualInvariants} checks them.
 *
 * <p>Read in this order: PageTableLayout, Pte, PageTables, KernelLayout, KernelSpace, Vmalloc,
 * VmAreas, HighMem.
 */
package dev.quarry.virtual;
