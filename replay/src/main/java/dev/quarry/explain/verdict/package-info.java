/**
 * Why a request failed: the machine that a log describes is booted, its allocator runs the request,
 * and what it decided is the verdict.
 *
 * <pre>
 *   {@link dev.quarry.explain.log.MemoryReport} ──► twin machine ──► allocPages with a trail ──► {@link dev.quarry.explain.verdict.Explanation}
 * </pre>
 */
@NullMarked
package dev.quarry.explain.verdict;

import org.jspecify.annotations.NullMarked;
