/**
 * Recordings of page faults ({@code ev.F}, {@code ev.O}), played and scored: how many faults each
 * process has, and what it holds at its end.
 *
 * <p>The formats are those of the recorder's files; {@code docs/formats.md} has the others:
 *
 * <pre>
 *   ev.F   u|k dt cpu tid address ip error        all three hexadecimal; ip may be a function's name
 *   ev.O   dt cpu tid EVENT text                  sys_enter_NAME, sys_exit_NAME, sched_process_*,
 *                                                 rss_stat
 * </pre>
 *
 * <p>Equation: faults of a process == recorded accesses that the model's tables refuse. What is
 * input and what is predicted is told in {@code docs/processes-replay.md}.
 */
@NullMarked
package dev.quarry.replay.faults;

import org.jspecify.annotations.NullMarked;
