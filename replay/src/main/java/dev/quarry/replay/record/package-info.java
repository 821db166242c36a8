/**
 * Records what a running kernel's memory manager does, as a recording that can be replayed.
 *
 * <p>Terms: <em>tracefs</em> is the kernel's tracing as files; an <em>instance</em> is a folder of
 * it with rings of its own, so that nobody else's tracing is disturbed; a <em>ring</em> holds a
 * CPU's events until they are read; an event is <em>lost</em> when its ring is full. A
 * <em>capture</em> is the state of memory at one time, as {@code /proc} shows it.
 *
 * <pre>
 *   instance made, events on
 *     capture before ─────────────────────────► before/
 *     the command                rings ──► CPU text ──┐
 *     capture after  ─────────────────────────► after/│
 *   events off, rings emptied, instance removed       ▼
 *                                  merged by time: ev.K  ev.S  ev.F  ev.O, meta.json
 * </pre>
 *
 * <p>Equation: the events that were written are those in the files and the lost ones.
 *
 * <p>Read next: {@link dev.quarry.replay.record.Recorder}.
 */
@NullMarked
package dev.quarry.replay.record;

import org.jspecify.annotations.NullMarked;
