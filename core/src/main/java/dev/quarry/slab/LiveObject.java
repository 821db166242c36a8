package dev.quarry.slab;

/**
 * An object that is in use.
 *
 * @param cache the name of its cache
 * @param address where it is
 * @param offset bytes from the begin of its slab
 * @param allocatedBy who allocated it; empty where the cache does not keep users
 */
public record LiveObject(String cache, long address, long offset, String allocatedBy) {}
