package dev.quarry.explain.log;

/**
 * Free blocks of one size in one zone: {@code 31*512kB (UMH)}.
 *
 * @param order log2 of the block in pages
 * @param count of blocks
 * @param types a letter for each migrate type that has one: U, M, E, H, C, I, in older kernels R;
 *     empty where the log has no letters
 */
public record BlockCount(int order, long count, String types) {}
