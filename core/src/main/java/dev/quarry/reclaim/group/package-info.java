/**
 * Groups of processes, and how much memory each may have: accounting alone; {@code GroupLimits} of
 * the package above reclaims and kills.
 *
 * <p>Terms:
 *
 * <ul>
 *   <li><b>charge</b>: a page counts for the group of the process that brought it, and for all
 *       groups above that one, until it is freed; wherever the process moves meanwhile. Of the
 *       kernel's memory, page tables count as pages, objects of a process by their bytes.
 *   <li><b>max</b>: the limit. Who is at it reclaims from the group, and when that brings nothing a
 *       process of the group is killed.
 *   <li><b>high</b>: above it, processes of the group reclaim and are slowed down.
 *   <li><b>min, low</b>: what is left to a group while others need memory; low gives way before
 *       anybody is killed, min does not.
 *   <li><b>swap</b>: places of its pages in swap have a counter and limits of their own.
 * </ul>
 *
 * <pre>
 *   /            not limited; its own pages are not counted
 *   ├─ web       usage = own pages + pages for own objects + usage of web/db
 *   │   └─ db
 *   └─ batch
 * </pre>
 *
 * <p>Equations: pages of a group == frames that say its number; usage == pages of the group and of
 * all below it + pages for their objects; swap == slots that say the group or one below it.
 *
 * <p>Read in this order: PageCounter, MemoryGroup, MemoryGroups, GroupObjects, GroupStat.
 */
package dev.quarry.reclaim.group;
