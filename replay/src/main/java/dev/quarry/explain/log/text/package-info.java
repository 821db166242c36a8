/**
 * From the bytes of a log to what the kernel printed: whatever program carried the lines (console,
 * dmesg, syslog, journal, a container's JSON, mail), its marks are taken off here.
 *
 * <pre>
 *   bytes ──► {@link dev.quarry.explain.log.text.RawLines}   lines, and a cheap test which of them can matter
 *         ──► {@link dev.quarry.explain.log.text.LogLine}    without colours, JSON, quotes, date, host, time, caller
 *         ──► {@link dev.quarry.explain.log.text.HardWrap}   lines that were cut at a column, whole again
 *         ──► {@link dev.quarry.explain.log.text.Escapes}    one line with #012 or \n in it, as several
 * </pre>
 *
 * <ul>
 *   <li><b>source</b>: whose lines belong together: host and caller ({@code [T1234]}, {@code
 *       [C3]}).
 *   <li><b>prefixed</b>: a line that a logger's mark begins. In a log with prefixes, a line without
 *       one continues the line before.
 * </ul>
 */
@NullMarked
package dev.quarry.explain.log.text;

import org.jspecify.annotations.NullMarked;
