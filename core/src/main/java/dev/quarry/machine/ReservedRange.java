package dev.quarry.machine;

/**
 * A part of RAM that the allocator never gets: {@code [start, end)} in bytes, page aligned. Its
 * frames are present but not managed, and carry PG_reserved.
 */
public record ReservedRange(long start, long end, String name) {}
