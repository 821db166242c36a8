/**
 * Page faults: what becomes of an access that the page tables refuse, and all that fills and
 * empties the page tables of processes.
 *
 * <p>Terms:
 *
 * <ul>
 *   <li><b>leaf</b>: an end of the decision about a fault.
 *   <li><b>demand-zero</b>: memory gets its frame when it is first written.
 *   <li><b>copy on write</b>: a page that several have is copied for the one that writes it.
 *   <li><b>exclusive</b>: of a private page that no other address space has.
 *   <li><b>fixup</b>: where the kernel goes on when its access to a process's memory failed.
 * </ul>
 *
 * <pre>
 *   UserMemory ─► PageFaultHandler ─► MmFault ─┬─ AnonymousFault
 *     accesses       which leaf?               ├─ FileFault ─► PageCache
 *                                              ├─ WriteProtectFault
 *   UserPages: what operations ask             └─ SwapFault ─► SwapSpace
 *     ├─ ForkTables, ZapPages, ChangeProtection, FileAdvice
 *     └─ PageRmap: mapcounts, owners, what is counted
 *   HugePages: the same for 2 MiB at once; Khugepaged makes huge pages of small ones
 * </pre>
 *
 * <p>Equations: a frame's mapcount == entries that show it; reference count == mapcount + 1 if a
 * cache has it + other holders; the numbers of an address space == its entries by kind; a writable
 * private page is in one entry. {@link dev.quarry.virtual.fault.MappedInvariants} checks them.
 *
 * <p>Read in this order: FaultLeaf, PageFaultHandler, MmFault, AnonymousFault, WriteProtectFault,
 * FileFault, UserMemory, UserPages, PageRmap, ForkTables.
 */
package dev.quarry.virtual.fault;
