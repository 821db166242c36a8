/**
 * The state of a real machine's page allocator, as its files under {@code /proc} and a walk over
 * its lists show it.
 *
 * <p>Terms: <em>buddyinfo</em> counts free blocks by order; <em>pagetypeinfo</em> also by migrate
 * type; <em>free blocks</em> are the frames that begin them, ascending; the <em>exact</em> state
 * has them in the order of each list, and the per-CPU lists; <em>classes</em> say of every frame
 * what it was used for.
 *
 * <p>The equations, which {@link dev.quarry.replay.snapshot.SnapshotChecks} holds against a
 * snapshot:
 *
 * <pre>
 *   spanned = present + holes          present = managed + reserved
 *   managed = free + per-CPU + used    blocks(order) = sum over types of blocks(order, type)
 *   a frame is on one list at most     a block of an order begins at a multiple of its size
 * </pre>
 *
 * <p>Read next: {@link dev.quarry.replay.snapshot.SnapshotMachine}, which makes a machine of it.
 */
@NullMarked
package dev.quarry.replay.snapshot;

import org.jspecify.annotations.NullMarked;
