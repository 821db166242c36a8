/**
 * What happens when memory runs out: which pages go, where to, and who sees to it.
 *
 * <p>Terms:
 *
 * <ul>
 *   <li><b>active, inactive</b>: lists of pages by use. What is at the tail of the inactive one and
 *       was not used goes.
 *   <li><b>second chance</b>: a page that was used since it was last looked at stays for now.
 *   <li><b>swap cache</b>: pages that have a place in swap and are in memory.
 *   <li><b>refault</b>: a page comes back; its <b>shadow</b> says how long it was away, counted in
 *       pages that went or became active meanwhile.
 *   <li><b>priority</b>: 12 to 0; a list's share of 1 / 2^priority is looked at.
 * </ul>
 *
 * <pre>
 *   a request finds no zone above its low mark        a request that may wait, below the min mark
 *          │ wake                                            │
 *   {@link dev.quarry.reclaim.Kswapd}, until above high                      TryToFree, until 32 pages are free
 *          └──────────────► ShrinkNode ◄─────────────────────┘
 *                              ├─► LruPolicy: ClassicLru ─► how many of which list: ScanCounts
 *                              │      └─► ShrinkPages ─► ReverseMap ─ used? take it from all tables
 *                              │             └─► Swap, PageCache ─ write, forget; Workingset ─ shadow
 *                              └─► Shrinkers
 * </pre>
 *
 * <p>Equations: pages that say LRU == pages on lists, each on the one that its flags say; a list's
 * pages == what its node counts == what its zones count; users of a slot == entries of page tables
 * that say it; a slot is in use == it has users or a frame. {@code ReclaimInvariants} checks them.
 *
 * <p>Locks, in the order in which they are taken: address space; anon_vma or areas of a file, or
 * the cache of a file; swap; lists. Reclaim runs below whatever its caller holds, so that of
 * address spaces it takes those that are free, and works on the one that the caller holds: who
 * allocates with its lock held looks at entries again afterwards.
 *
 * <p>Of groups of processes: GroupLimits charges a page and makes room at {@code memory.max},
 * GroupDelay holds up above {@code memory.high}, ShrinkNode leaves alone what {@code memory.min}
 * and {@code low} protect, ScanCounts goes over less of what is protected in part.
 *
 * <p>Where there are free pages and no large block, {@link dev.quarry.reclaim.compact} moves pages.
 *
 * <p>Read in this order: LruList, Lruvec, LruBatches, ScanCounts, ClassicLru, ShrinkPages, Swap,
 * SwapArea, Workingset, Kswapd, TryToFree, Reclaim.
 */
package dev.quarry.reclaim;
