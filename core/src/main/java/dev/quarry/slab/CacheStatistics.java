package dev.quarry.slab;

/**
 * What a line of {@code /proc/slabinfo} (version 2.1) says of a cache: {@code get_slabinfo}
 * (mm/slab.c, 3.10). Objects in arrays and those that another CPU freed and the owner has not yet
 * collected count as active. Of a CPU that another thread holds, all objects in slabs that are not
 * wholly free count as active.
 *
 * @param activeObjects objects in use
 * @param objects objects in all slabs
 * @param objectSize bytes from one object to the next
 * @param objectsPerSlab objects in a slab
 * @param pagesPerSlab pages of a slab
 * @param tunables limits of the arrays
 * @param activeSlabs slabs with an object in use
 * @param slabs all slabs
 * @param sharedAvailable objects in shared arrays
 */
public record CacheStatistics(
    long activeObjects,
    long objects,
    int objectSize,
    int objectsPerSlab,
    int pagesPerSlab,
    Tunables tunables,
    long activeSlabs,
    long slabs,
    long sharedAvailable) {}
