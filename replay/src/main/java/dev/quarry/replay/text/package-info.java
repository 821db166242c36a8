/**
 * What the texts of several reports are made of.
 *
 * <pre>
 *   1 5 9 7 2       ──► Sparkline ──►  ▁▄█▆▂   1 to 9
 *   "%,d pages", n  ──► ReportLines ──► lines of a StringBuilder
 * </pre>
 *
 * <p>Read next: dev.quarry.replay.report, dev.quarry.replay.refs, dev.quarry.replay.faults.
 */
@NullMarked
package dev.quarry.replay.text;

import org.jspecify.annotations.NullMarked;
