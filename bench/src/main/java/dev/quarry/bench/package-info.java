/**
 * The benchmarks: what Quarry costs beside what others cost, measured side by side in one run. The
 * only numbers that are worth something are ratios of medians within a run.
 *
 * <pre>
 *   Bench ──► figure   what is measured, against whom, what is to be reached
 *               ├────► run      JMH, the program of C, fresh processes, in turn
 *               │        └────► work, probe   the workloads
 *               └────► report   table, Markdown, JSON, plot
 * </pre>
 */
package dev.quarry.bench;
