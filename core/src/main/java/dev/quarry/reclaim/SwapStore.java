package dev.quarry.reclaim;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** What a swap area is written to. Offsets and lengths are whole pages. */
public interface SwapStore extends AutoCloseable {
  /** The size in bytes. */
  long size() throws IOException;

  /** Reads a page, all of it. */
  void read(long offset, MemorySegment page) throws IOException;

  /** Writes a page. */
  void write(long offset, MemorySegment page) throws IOException;

  @Override
  void close() throws IOException;
}
