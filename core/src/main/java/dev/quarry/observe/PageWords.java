package dev.quarry.observe;

import dev.quarry.physical.PhysicalMemory;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;

/**
 * A file that holds a word of eight bytes, little-endian, for each frame from frame 0 on: {@code
 * kpageflags_read} and {@code kpagecount_read} (fs/proc/page.c, 6.18). Words are computed as they
 * are read; the file is never built as a whole.
 */
public final class PageWords {
  /** What the file holds for a frame. */
  @FunctionalInterface
  interface Word {
    /** The word of one frame. */
    long of(int pfn);
  }

  private static final int BUFFER_BYTES = 1 << 16;

  private final Word word;
  private final long frames;

  PageWords(PhysicalMemory memory, Word word) {
    this.word = word;
    this.frames = new Sections(memory).endPfn();
  }

  /** The size of the file in bytes: whole sections of memory, up to the last RAM. */
  public long bytes() {
    return frames * Long.BYTES;
  }

  /** The word of one frame. */
  public long word(int pfn) {
    if (pfn < 0 || pfn >= frames) {
      throw new IndexOutOfBoundsException(
          "frame " + pfn + " is not below the file's end, frame " + frames);
    }
    return word.of(pfn);
  }

  /**
   * Reads as {@code pread()} does.
   *
   * @param offset in bytes
   * @param buffer filled from its start; a multiple of 8 bytes long
   * @return how many bytes were read; 0 at the end of the file and behind it
   * @throws IllegalArgumentException where the kernel says EINVAL: not whole words
   */
  public int read(long offset, byte[] buffer) {
    if (offset < 0 || offset % Long.BYTES != 0 || buffer.length % Long.BYTES != 0) {
      throw new IllegalArgumentException(
          "offset "
              + offset
              + " and length "
              + buffer.length
              + " are not both multiples of the 8 bytes of a frame");
    }
    ByteBuffer words = ByteBuffer.wrap(buffer).order(ByteOrder.LITTLE_ENDIAN);
    for (long pfn = offset / Long.BYTES; pfn < frames && words.hasRemaining(); pfn++) {
      words.putLong(word.of((int) pfn));
    }
    return words.position();
  }

  /** Writes the whole file. */
  public void write(OutputStream out) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    long offset = 0;
    for (int got = read(0, buffer); got > 0; got = read(offset, buffer)) {
      out.write(buffer, 0, got);
      offset += got;
    }
  }

  /** The file as text: runs of frames with the same word, {@code first-last word}, hexadecimal. */
  public String summary() {
    StringBuilder out = new StringBuilder();
    long start = 0;
    long current = word.of(0);
    for (long pfn = 1; pfn <= frames; pfn++) {
      long next = pfn < frames ? word.of((int) pfn) : ~current;
      if (next != current) {
        out.append(String.format(Locale.ROOT, "%08x-%08x %016x\n", start, pfn - 1, current));
        start = pfn;
        current = next;
      }
    }
    return out.toString();
  }
}
