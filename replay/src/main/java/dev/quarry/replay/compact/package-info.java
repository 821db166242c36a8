/**
 * The compact form of a recording's page events, {@code ev.K.qk}: what the text form {@code
 * ev.K.txt} says, line for line, in a third of the bytes and read several times as fast.
 *
 * <p>Terms: a <em>block</em> is a part of the file that can be read without any other, with a
 * checksum; a <em>shape</em> is all of an event but its time and frame (kind, CPU, thread, order,
 * migrate type, flags), and a block names the few that it has in a table; a <em>half</em> is the
 * events of a block that are requests, or those that are outcomes, in columns; a <em>note</em> is a
 * line of the text that is no event.
 *
 * <pre>
 *   file   = header, block..., end
 *   block  = events   shapes, notes, order of the halves, columns of the requests, of the outcomes
 *          | text     lines that the columns cannot give back byte for byte
 *          | giant    a piece of a line that is longer than 64 KiB
 * </pre>
 *
 * <p>The equations, for each event of a half:
 *
 * <pre>
 *   time = time of the event before it in its half + step      beginning at the block's clock
 *   pfn  = pfn of the event before it with its slot + delta    beginning at the slot's base
 *   slot = kind and CPU, as in the text form
 * </pre>
 *
 * <p>The halves lie apart so that who may not see outcomes need not step over them. Everything of a
 * file is distrusted: counts and lengths are bounded before memory is given to them, also where the
 * checksum is right.
 *
 * <p>Read next: {@link dev.quarry.replay.recording}, whose reader takes either form.
 */
@NullMarked
package dev.quarry.replay.compact;

import org.jspecify.annotations.NullMarked;
