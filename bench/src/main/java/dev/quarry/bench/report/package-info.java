/**
 * What was measured, and how it is shown: as a table for people, as JSON for programs, as a plot.
 *
 * <pre>
 *   FigureResult ── Row ── Measured ── Samples
 *        └───────── Verdict          met, missed
 * </pre>
 */
package dev.quarry.bench.report;
