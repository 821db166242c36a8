package dev.quarry.physical;

/**
 * What a zone counts of its free pages, in pages.
 *
 * @param free NR_FREE_PAGES
 * @param freeCma NR_FREE_CMA_PAGES
 * @param reservedHighatomic {@code nr_reserved_highatomic}
 * @param freeHighatomic {@code nr_free_highatomic}
 */
public record ZoneCounters(long free, long freeCma, long reservedHighatomic, long freeHighatomic) {}
