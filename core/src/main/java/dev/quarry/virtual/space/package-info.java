/**
 * Address spaces of processes: areas as bytes in slab objects, and the operations on them.
 *
 * <p>Terms:
 *
 * <ul>
 *   <li><b>area</b>: addresses one after the other that are alike: {@code vm_area_struct}.
 *   <li><b>merge</b>: two neighbours that are alike become one area.
 *   <li><b>gap</b>: addresses between two areas.
 *   <li><b>account</b>: to promise memory that a process may come to need.
 * </ul>
 *
 * <pre>
 *   AddressSpaces ─► MmStruct ─┬─ AreaTree ─► RedBlack, GapSearch     areas by address
 *                              ├─ AreaMerge, AreaDetach               one area less, one more
 *                              └─ ProcessLimits
 *   Mmap, Munmap, Mprotect, Brk, Mremap, Madvise, Mlock, Mincore, Msync    one file each
 *        └─► MappedPages: what becomes of tables and frames; the side of page faults
 * </pre>
 *
 * <p>Equations: total_vm == pages of all areas; Committed_AS == pages of areas with ACCOUNT, of all
 * processes; areas in the tree == map_count == areas in the list; a node's gap == the largest one
 * in its subtree. {@link dev.quarry.virtual.space.SpaceInvariants} checks them.
 *
 * <p>Read in this order: VmAreaStruct, MmStruct, AreaTree, Mmap, AreaMerge, AreaDetach, Munmap.
 */
package dev.quarry.virtual.space;
