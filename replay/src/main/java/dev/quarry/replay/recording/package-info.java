/**
 * A recording: the events of a real kernel's page allocator, between two snapshots of its state.
 *
 * <p>Terms: a <em>request</em> is what the machine's programs and kernel asked for, an allocation
 * or a free; an <em>outcome</em> is what the page allocator did about it inside: pages taken from a
 * zone's lists, drained to them, or taken from another migrate type. Whoever predicts outcomes may
 * see requests only, and gets them as {@link dev.quarry.replay.recording.RequestEvents}.
 *
 * <pre>
 *   folder ── Recording ──┬── before/, after/   Snapshot
 *                         ├── meta.json         RecordingMeta: interval, kernel, CPUs
 *                         └── ev.K              PageEvents ──┬── RequestEvents   A A! F
 *                                                            └── OutcomeEvents   Z D B X
 *
 *   PageEvents ──┬── PageEventReader      ev.K.txt, text
 *                ├── CompactEventReader   ev.K.qk, the compact form
 *                └── ForeignEvents        what other programs wrote: package trace
 * </pre>
 *
 * <p>In the text form an event is one line, {@code LETTER dt cpu tid ...}:
 *
 * <pre>
 *   time(line)          = time(line before it) + dt                     in microseconds
 *   pfn(letter, cpu)    = pfn(that letter on that CPU before it) + delta
 * </pre>
 *
 * <p>Read next: {@link dev.quarry.replay.snapshot}, {@link dev.quarry.replay.trace}.
 */
@NullMarked
package dev.quarry.replay.recording;

import org.jspecify.annotations.NullMarked;
