package dev.quarry.virtual.cache;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** Where the pages of a file come from and go to: {@code struct address_space_operations}. */
interface BackingStore {
  /** The size in bytes: {@code i_size}. */
  long size() throws IOException;

  /** Makes it larger or smaller. */
  void truncate(long bytes) throws IOException;

  /** Reads a page; what lies behind the end is zeros. */
  void read(long offset, MemorySegment page) throws IOException;

  /** Writes a part of a page that lies before the end. */
  void write(long offset, MemorySegment part) throws IOException;

  /** Makes sure that what was written is on the medium. */
  void force() throws IOException;

  /** Closes it; reads and writes fail from now on. */
  void close() throws IOException;

  /** Whether all pages are taken to be in memory already, without anybody having read them. */
  default boolean isAssumedResident() {
    return false;
  }

  /** Whether the host's disk has it, so that reads and writes take time. */
  default boolean isOnDisk() {
    return false;
  }

  /** Whether pages have no other place than memory: {@code shmem_mapping}. */
  boolean isShmem();
}
