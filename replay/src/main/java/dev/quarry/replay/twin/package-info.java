/**
 * The twin of a machine that runs: booted from the files of its {@code /proc}, live or saved, and
 * asked what its allocator would do now.
 *
 * <p>Terms: the <em>twin</em> is in the state of the files each time that it is booted; a
 * <em>question</em> is a request; its <em>answer</em> says how often it succeeds in a row, and why
 * it then does not. Nobody reclaims on a twin, and it is compacted only to ask again: a request
 * that may wait gets what is free now.
 *
 * <pre>
 *   zoneinfo ─────────► zones, marks, reserves, counters of free pages      without: no twin
 *   buddyinfo ────────► free blocks by order
 *   pagetypeinfo ─────► their migrate types, pageblocks                     without: all movable
 *   kpageflags ───────► where free blocks lie                               without: made up
 *   exact ────────────► the order of the lists, per-CPU lists               without: counted as held
 *   sys/vm, meminfo ──► settings, page size
 * </pre>
 *
 * <p>Read next: {@link dev.quarry.replay.twin.Twin}.
 */
@NullMarked
package dev.quarry.replay.twin;

import org.jspecify.annotations.NullMarked;
