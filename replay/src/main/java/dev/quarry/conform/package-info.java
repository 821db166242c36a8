/**
 * Compares Quarry's address spaces and page faults with those of the kernel that is running.
 *
 * <p>Terms: a <em>sequence</em> is operations one after the other, from an empty <em>window</em> of
 * addresses on; a <em>side</em> plays it and tells an <em>observation</em> for each operation; the
 * <em>agent</em> is the process that makes the real system calls; an <em>intended</em> difference
 * has its reason in {@code decisions/conform.md}.
 *
 * <pre>
 *   Draw ─► Sequence ─┬─► KernelSide ─► Batch ─► Agent (a process)   result, signal, faults,
 *                     └─► QuarrySide ─► kernel.SystemCalls           areas, pages, contents
 *                              Comparison: the first Difference
 *                                   Intended: counted │ Shrinker ─► ShellScript
 * </pre>
 *
 * <p>Equation: a difference that is reported comes again each time its sequence is played.
 *
 * <p>Read in this order: Window, Op, Observation, Side, Agent, Batch, KernelSide, QuarrySide,
 * Comparison, Intended, Shrinker, Conform.
 */
@NullMarked
package dev.quarry.conform;

import org.jspecify.annotations.NullMarked;
