/**
 * References to memory of a real program, as valgrind's lackey records them, played through the
 * address space of a process.
 *
 * <p>Terms:
 *
 * <ul>
 *   <li><b>reference</b>: an instruction that is fetched, or a load, store or both of data.
 *   <li><b>run</b>: instructions one after the other, with the data that they refer to behind them.
 *   <li><b>working set</b>: the pages that a window of references touches.
 *   <li><b>stack distance</b>: how many other pages were touched since a page was last, and 1.
 * </ul>
 *
 * <pre>
 *   text, lackey ── RefTextReader ────┐             ┌─ RefPlayer ── RefResult ── text, JSON, HTML
 *   compact ─────── RefCompactReader ─┴─ RefBatch ──┤
 *                                                   └─ StackDistances ── MissRatioCurve
 * </pre>
 *
 * <p>Equations: references == sum of the counts of all entries == TLB accesses (where no reference
 * crosses a page); misses at a size == first touches + references with a larger stack distance.
 *
 * <p>Read in this order: RefBatch, RefLines, RefPlayer, RefAreas, RefResult, StackDistances.
 */
@NullMarked
package dev.quarry.replay.refs;

import org.jspecify.annotations.NullMarked;
