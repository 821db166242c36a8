/**
 * What an OOM report tells besides the zones: who held memory, whom the kernel chose, and why.
 *
 * <pre>
 *   badness = rss + swap entries + page tables  [pages]  + oom_score_adj × total pages / 1000
 * </pre>
 */
@NullMarked
package dev.quarry.explain.oom;

import org.jspecify.annotations.NullMarked;
