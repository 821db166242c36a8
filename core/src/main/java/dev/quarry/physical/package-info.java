/**
 * Physical memory: nodes, zones, the buddy system, per-CPU page lists, watermarks, and the
 * allocator that requests go through.
 *
 * <p>Terms:
 *
 * <ul>
 *   <li><b>frame</b>: a page of RAM, named by its number (pfn), an int.
 *   <li><b>block</b>: {@code 1 << order} frames, aligned to their size, named by the first.
 *   <li><b>buddy</b>: the block with which a block would make one of the next order.
 *   <li><b>migrate type</b>: how movable the pages of a pageblock are; free lists are kept apart by
 *       it, so that what cannot move stays together.
 *   <li><b>watermark</b>: the free pages below which a zone refuses a request.
 *   <li><b>reserve</b>: what lies below the min mark; only some requests may use it.
 *   <li><b>zonelist</b>: the order in which a node's requests try zones, those of near nodes first.
 *   <li><b>memory policy</b>: at which node a task's requests begin, and which may serve them.
 * </ul>
 *
 * <pre>
 *   PolicyAllocator                              which node first, which nodes at all?
 *        │
 *   allocPages ─► FreelistWalk ─► Watermark      may this zone serve it?
 *                      │
 *                      ├──► PerCpuPages          orders 0 to 3: no lock
 *                      │        │ refill, drain: many at a time
 *                      └──► Buddy ◄── Fallback   the zone's lists, its lock held
 *        │
 *        └─ nothing ─► SlowPath ─► Reclaimer, reserves, FailureReport
 * </pre>
 *
 * <p>Equation, for each zone: {@code free + per-CPU + isolated + allocated == managed}. {@link
 * dev.quarry.physical.MemoryInvariants} checks it, and all others.
 *
 * <p>Read in this order: PageState, MemMap, FreeArea, Buddy, PerCpuPages, Watermark, PageAllocator,
 * MemPolicy.
 */
package dev.quarry.physical;
