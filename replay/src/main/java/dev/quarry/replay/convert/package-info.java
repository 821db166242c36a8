/**
 * Turning a recording's events from one form into another: text to compact and back without loss,
 * and what the kernel's users have into either.
 *
 * <pre>
 *   ev.K text      ──────────────────┐                    ┌── CompactEncoder ──► ev.K.qk
 *   ev.K.qk        ── CompactDecoder ┼──► text, in pieces ┤
 *   perf, tracefs  ── EventTextWriter┘                    └───────────────────► ev.K.txt
 * </pre>
 *
 * <p>Everything goes through the text form: it is what the forms have in common, and the compact
 * form is defined by the text that it gives back. A file is written beside its final name and gets
 * that name when it is whole.
 */
@NullMarked
package dev.quarry.replay.convert;

import org.jspecify.annotations.NullMarked;
