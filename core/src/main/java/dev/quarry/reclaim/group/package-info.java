/**
 * Groups of processes, and how much memory each may have: accounting alone; {@code GroupLimits} of
 * the package above reclaims and kills.
 *
 * <p>Terms:
 *
 * <ul>
 *   <li><b>charge</b>: a page counts for the group of the process that brought it, and for all
 *       groups above that one, until it is freed; wherever the process moves meanwhile.
 *   <li><b>max</b>: the limit. Who is at it reclaims from the group, and when that brings nothing a
 *       process of the group is killed.
 *   <li><b>high</b>: above it, processes of the group reclaim and are slowed down.
 * </ul>
 *
 * <pre>
 *   /            not limited, not counted
 *   ├─ web       usage = own pages + those of web/db
 *   │   └─ db
 *   └─ batch
 * </pre>
 *
 * <p>Equations: pages of a group == frames that say its number; usage == pages of the group and of
 * all below it == pages of its lists, those that wait for a list included.
 *
 * <p>Read in this order: MemoryGroup, MemoryGroups.
 */
package dev.quarry.reclaim.group;
