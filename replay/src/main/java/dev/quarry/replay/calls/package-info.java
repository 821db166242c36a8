/**
 * What tasks of a recorded kernel did to their address spaces, played on a machine.
 *
 * <p>Terms:
 *
 * <ul>
 *   <li><b>task</b>: a thread, by its number; <b>group</b>: the tasks of one process.
 *   <li><b>life</b>: of an address space, from execve to the next one or to the end.
 *   <li><b>seen area</b>: memory that no recorded call mapped, but that was used: of a program that
 *       execve mapped, or from before the recording.
 *   <li><b>input</b>: calls, and accesses as far as they are known; <b>outcome</b>: what the kernel
 *       made of them, which is predicted.
 * </ul>
 *
 * <pre>
 *   strace text ── StraceReader ──┐                      ┌── Survey: what execve mapped
 *                                 ├── TaskEvents ────────┤        (first pass)
 *   ev.F, ev.O ── package faults ─┘                      └── Spaces: plays them (second pass)
 *                                                               ├── Tasks   who is whose
 *                                                               └── Calls   mmap and its sisters
 * </pre>
 *
 * <p>Read next: {@link dev.quarry.replay.faults}.
 */
@NullMarked
package dev.quarry.replay.calls;

import org.jspecify.annotations.NullMarked;
