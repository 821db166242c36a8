/**
 * The page cache: pages of files in frames, found by file and index, whoever maps them.
 *
 * <pre>
 *   CachedFile ─┬─ HostFile      a file of the host, read and written through the cache
 *               ├─ ShmemFile     memory of its own: shared anonymous memory, memfd
 *               └─ AssumedFile   a file that exists elsewhere, without contents
 *       └─► PageCache  index ─► frame        one for each inode, however often it is opened
 *               └─► BackingStore             where pages come from, and go when they are dirty
 * </pre>
 *
 * <p>Equations: pages in all caches == NR_FILE_PAGES; of shared memory == NR_SHMEM; each has one
 * reference of the cache's, and one for each entry that maps it.
 *
 * <p>Read in this order: PageCache, PageCaches, BackingStore, CachedFile, HostFile, ShmemFile.
 */
package dev.quarry.virtual.cache;
