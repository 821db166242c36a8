/**
 * Compaction on machines of which only counts are known: a log's, a twin's.
 *
 * <p>Terms: a <b>movable</b> page is one on an LRU list; a <b>stand-in</b> is a frame that counts
 * as such a page, without a process or a file behind it; everything else that is used stays where
 * it is.
 *
 * <pre>
 *   counts of LRU pages ─► {@link dev.quarry.replay.movable.MovableFrames} ─► flags on frames
 *                                                           │
 *   {@link dev.quarry.replay.movable.CompactionRun} ─► reclaim.compact.Compaction ─► {@link dev.quarry.replay.movable.StandInPages}
 * </pre>
 *
 * <p>Equation: frames that are marked == LRU pages that were counted, or all used ones if there are
 * fewer; a run moves marks, and neither makes nor loses one.
 */
@NullMarked
package dev.quarry.replay.movable;

import org.jspecify.annotations.NullMarked;
