/**
 * Why did this allocation fail, and what would have let it pass?
 *
 * <pre>
 *   log ──► {@link dev.quarry.explain.log} ──► {@link dev.quarry.explain.twin} ──► {@link dev.quarry.explain.verdict}
 *                                                  │              ▲
 *                                                  └► {@link dev.quarry.explain.remedy}, {@link dev.quarry.explain.oom}
 * </pre>
 *
 * <p>{@link dev.quarry.explain.Explainer} puts them together.
 */
@NullMarked
package dev.quarry.explain;

import org.jspecify.annotations.NullMarked;
