package dev.quarry.machine;

/**
 * A range of RAM: {@code [start, end)} in bytes, page aligned, on one node. What lies between two
 * ranges is a hole.
 */
public record MemoryRange(long start, long end, int node) {}
