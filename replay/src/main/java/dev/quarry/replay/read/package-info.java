/**
 * Reading files that somebody else wrote, and saying where they are wrong.
 *
 * <p>Terms: a <em>place</em> is a file and a line in it; a <em>source</em> is the bytes of one
 * file, plain or unpacked from xz or zstd as they are read. A file is never held as a whole unless
 * it is known to be small, and every count that a file decides is capped before memory is given to
 * it.
 *
 * <pre>
 *   file ── ByteSource ──┬── LineReader    small /proc files, as strings
 *           (.xz, .zst)  ├── TokenReader   large lists of numbers, in one pass
 *                        └── EventLines    events, parsed in place (package recording)
 * </pre>
 *
 * <p>Read next: {@link dev.quarry.replay.snapshot} and {@link dev.quarry.replay.recording}.
 */
@NullMarked
package dev.quarry.replay.read;

import org.jspecify.annotations.NullMarked;
