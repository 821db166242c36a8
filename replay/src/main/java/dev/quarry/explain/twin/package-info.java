/**
 * The machine that a kernel log describes, booted: as much of it as the allocator's decision about
 * one request needs.
 *
 * <pre>
 *   {@link dev.quarry.explain.log.MemoryReport} ──► {@link dev.quarry.explain.twin.TwinPlan} ──► {@link dev.quarry.explain.twin.Twin} ──► AllocTrial
 *                     zones, counters,    a booted      what the allocator
 *                     marks, reserves     machine       does with the request
 * </pre>
 *
 * <p>What the log counts, the twin counts: free pages, marks, reserves, blocks by order. What it
 * does not show, the twin assumes, and says so. {@code decisions/twin-of-a-log.md} has all of it.
 *
 * <p>Equation, for each zone: every counter that a rule of the allocator reads is the log's; a list
 * of free blocks is empty in the twin exactly where the log shows no block of that order and type.
 */
@NullMarked
package dev.quarry.explain.twin;

import org.jspecify.annotations.NullMarked;
