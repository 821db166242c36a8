/**
 * Memory compaction: movable pages go to one end of a zone, so that free ones come together at the
 * other.
 *
 * <p>Terms:
 *
 * <ul>
 *   <li><b>migrate scanner</b>: goes up from the zone's start and takes movable pages off the LRU
 *       lists, 32 at a time.
 *   <li><b>free scanner</b>: comes down from the zone's end and takes free pages off the buddy
 *       lists, to move the others there. Where both meet, the zone is done.
 *   <li><b>skip hint</b>: a pageblock in which a scanner found nothing; it is passed over until a
 *       whole zone was gone over in vain.
 *   <li><b>deferred</b>: after failures, requests are turned away for a while.
 *   <li><b>capture</b>: the block that becomes free goes to who compacts, to nobody else.
 * </ul>
 *
 * <pre>
 *   before   M.M.|.MM.|M..M|.M.M|..M.          M a movable page   . free   | pageblock
 *            └─► migrate scanner    free scanner ◄─┘
 *   after    ....|....|M..M|MMMM|MMM.
 *                     └ met ┘
 *
 *   {@link dev.quarry.reclaim.compact.Compaction} ─┬─ a request that waits ─► DirectCompaction ─┐
 *              ├─ woken ─────────────────► Kcompactd ────────┼─► ZoneCompactor
 *              └─ /proc/sys/vm/compact_memory ───────────────┘        │
 *                            MigrateScanner ◄── 32 pages at a time ───┤
 *                            FreeScanner ◄── PageMover ◄──────────────┘
 * </pre>
 *
 * <p>Equations: pages taken off LRU lists == moved + put back; free pages taken == moved to + given
 * back; after it free + allocated + per-CPU == managed, as nothing is isolated any more.
 *
 * <p>Locks: a zone has one compactor at a time, and who comes second goes on without. Below that
 * the locks of reclaim, in its order.
 *
 * <p>Read in this order: CompactControl, ZoneCompactor, MigrateScanner, FreeScanner, SkipHints,
 * PageMover, DirectCompaction, Kcompactd, Compaction.
 */
package dev.quarry.reclaim.compact;
