/**
 * A recording's slab events played on Quarry's own object allocator.
 *
 * <p>Terms:
 *
 * <ul>
 *   <li><b>handle</b>: the pointer of an event; it says which free belongs to which allocation.
 *   <li><b>recorded cache</b>: a cache of the recorded kernel, made here with the same shape of
 *       slabs, and with as many objects in use as that kernel counted before.
 *   <li><b>state before</b>: objects that were in use when the recording began. Their handles are
 *       not known until they are freed.
 *   <li><b>origin</b>: a cache, a size and the call site that asked for it.
 *   <li><b>waste</b>: bytes of objects that nobody asked for.
 * </ul>
 *
 * <pre>
 *   before/slabinfo ──► RecordedCaches ──► StateBefore, objects that are in use already
 *                              │
 *   ev.S ──► SlabRequests ──► SlabPlayer ──► KmemCache of the machine
 *                              │  handle ──► object, origin
 *                              ▼
 *              caches at the end, Origins (waste), GeometryTable
 * </pre>
 *
 * <p>Equation, for each cache: {@code in use at the end == in use before + allocations - frees -
 * frees that were not seen and came to light when a handle was handed out again}.
 *
 * <p>The machine is another one than that of the page events: its pages come and go as Quarry's
 * allocator wants them, and the page replay is not disturbed. Read next: {@link
 * dev.quarry.replay.score.SlabScore}.
 */
@NullMarked
package dev.quarry.replay.slab;

import org.jspecify.annotations.NullMarked;
