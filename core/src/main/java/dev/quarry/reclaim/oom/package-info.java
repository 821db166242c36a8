/**
 * What happens when reclaim brings nothing: a process is killed.
 *
 * <p>Terms:
 *
 * <ul>
 *   <li><b>badness</b>: pages that come back when a process is gone, moved by its {@code
 *       oom_score_adj}.
 *   <li><b>constraint</b>: what kept a request from memory that there may be: nodes, a group's
 *       limit, nothing.
 *   <li><b>victim</b>: who was chosen. It may use a part of the reserve, and ends when it runs
 *       next.
 *   <li><b>reaper</b>: takes the victim's private memory before it has ended.
 * </ul>
 *
 * <pre>
 *   {@link dev.quarry.reclaim.oom.OomKiller}
 *     ├─ is somebody dying already? ─► wait
 *     ├─ OomControl: constraint, pages in question     panic_on_oom? ─► report, panic
 *     ├─ Badness of each process ─► the worst one
 *     ├─ OomReport ─► the kernel's log
 *     └─ victim ─► OomReaper: private areas, by their page tables
 * </pre>
 *
 * <p>Equation: badness == rss + swap entries + page tables + oom_score_adj * (pages / 1000).
 *
 * <p>Locks: the killer's own, which who finds it taken does not wait for; below it the address
 * space of the victim, if it is free.
 *
 * <p>Read in this order: Badness, OomControl, OomKiller, OomReaper, OomReport.
 */
package dev.quarry.reclaim.oom;
