package dev.quarry.explain.verdict;

import dev.quarry.replay.movable.CompactionRun;
import org.jspecify.annotations.Nullable;

/**
 * What compaction did on a twin whose free and movable pages lie at made-up places.
 *
 * @param zone the zone, as sentences name it
 * @param seed which the places were drawn with
 * @param share of the zone that the twin has, 1 for all of it
 * @param together with the pages that cannot move kept together, as the kernel tries to
 * @param passesTogether whether the request passes then
 * @param spread with these pages anywhere instead; null: not tried, as it is the worse case
 * @param passesSpread whether the request passes then
 */
public record Compacted(
    String zone,
    long seed,
    double share,
    CompactionRun together,
    boolean passesTogether,
    @Nullable CompactionRun spread,
    boolean passesSpread) {}
