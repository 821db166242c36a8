package dev.quarry.cli.commands;

/**
 * What a {@link PageSource} did: list elements looked at, blocks split and merged.
 *
 * @param allocating for all allocations
 * @param freeing for all frees
 * @param longestList the most elements that one search could have met
 * @param given pages given away, with what rounding up added
 */
record PageSourceWork(long allocating, long freeing, int longestList, long given) {}
