package dev.quarry.reclaim;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** A swap area on the heap, whose reads and writes fail when a test says so. */
public final class MemorySwap implements SwapStore {
  private static final int PAGE = 4096;

  private final byte[] bytes;
  private int reads;
  private int writes;
  private int failingRead = -1;
  private int failingWrite = -1;

  private MemorySwap(int pages) {
    this.bytes = new byte[pages * PAGE];
    MemorySegment header = MemorySegment.ofArray(bytes);
    header.set(java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED, 1024, 1);
    header.set(java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED, 1028, pages - 1);
    byte[] magic = "SWAPSPACE2".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(magic, 0, bytes, PAGE - magic.length, magic.length);
  }

  /** An area of so many pages, the header included. */
  public static MemorySwap of(int pages) {
    return new MemorySwap(pages);
  }

  /** The read of that number fails, counted from now on, from 0. */
  public void failRead(int number) {
    failingRead = reads + number;
  }

  /** The write of that number fails. */
  public void failWrite(int number) {
    failingWrite = writes + number;
  }

  public int reads() {
    return reads;
  }

  public int writes() {
    return writes;
  }

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public void read(long offset, MemorySegment page) throws IOException {
    if (offset != 0 && reads++ == failingRead) {
      throw new IOException("a test lets read " + failingRead + " fail");
    }
    page.copyFrom(MemorySegment.ofArray(bytes).asSlice(offset, page.byteSize()));
  }

  @Override
  public void write(long offset, MemorySegment page) throws IOException {
    if (writes++ == failingWrite) {
      throw new IOException("a test lets write " + failingWrite + " fail");
    }
    MemorySegment.ofArray(bytes).asSlice(offset, page.byteSize()).copyFrom(page);
  }

  @Override
  public void close() {
    // Nothing is open.
  }
}
