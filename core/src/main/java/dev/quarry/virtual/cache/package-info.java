/**
 * The page cache: pages of files in frames, found by file and index, whoever maps them.
 *
 * <pre>
 *   CachedFile ─┬─ HostFile      a file of the host, read and written through the cache
 *               ├─ ShmemFile     memory of its own: shared anonymous memory, memfd
 *               └─ AssumedFile   a file that exists elsewhere, without contents
 *       └─► PageCache  index ─► frame        one for each inode, however often it is opened
 *               └─► BackingStore             where pages come from, and go when they are dirty
 *                        ▲             │  Disk: how long that takes
 *     FileRa, ReadAhead ─┘             └─ WriteBack ◄─ Flusher ◄─ DirtyThrottle
 *     windows before they are wanted      dirty pages, in the background, at the writer's expense
 *     FileBuffers ─► BufferHeads          where the blocks of a page are on the disk
 * </pre>
 *
 * <p>Equations: pages in all caches == NR_FILE_PAGES; of shared memory == NR_SHMEM; each has one
 * reference of the cache's, one for its buffers, and one for each entry that maps it; pages that
 * say DIRTY or WRITEBACK == NR_FILE_DIRTY, NR_WRITEBACK; nodes that hold shadows alone ==
 * WORKINGSET_NODES.
 *
 * <p>Read in this order: PageCache, PageCaches, BackingStore, CachedFile, HostFile, ShmemFile;
 * FileIo, FileRa, ReadAhead; FileBuffers, BufferHeads; WriteBack, Disk, Flusher, DirtyThrottle,
 * ErrSeq; Truncation, ShadowNodes.
 */
package dev.quarry.virtual.cache;
