package dev.quarry.observe;

import dev.quarry.physical.FrameKind;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.PageState;
import dev.quarry.physical.PhysicalMemory;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;

/**
 * {@code /proc/kpageflags} and {@code /proc/kpagecount}: eight bytes for each frame. Flags are
 * those of {@code stable_page_flags} (fs/proc/page.c, 6.18). Both files reach to the end of the
 * last section of memory, as there.
 */
public final class PageFiles {
  /** What a file holds for a frame. */
  @FunctionalInterface
  public interface PerFrame {
    /** The eight bytes of one frame. */
    long of(PhysicalMemory memory, int pfn);
  }

  private static final int SECTION_PAGES = 1 << 15;
  private static final int BUFFER_FRAMES = 8_192;
  private static final long TAIL = 1L << 16;
  private static final long MMAP = 1L << 11;
  private static final long NOPAGE = 1L << 20;
  private static final long RESERVED = 1L << 32;

  private PageFiles() {}

  /** A frame's line of {@code /proc/kpageflags}: KPF_* bits. */
  public static long flags(PhysicalMemory memory, int pfn) {
    FrameKind kind = memory.kindOf(pfn);
    return switch (kind) {
      case HOLE -> NOPAGE;
      case RESERVED -> RESERVED;
      case FREE -> PageState.BUDDY;
      case PER_CPU, ISOLATED, HELD_SINCE_BOOT, LOST -> 0;
      case ALLOCATED -> allocated(memory, pfn);
    };
  }

  private static long allocated(PhysicalMemory memory, int pfn) {
    MemMap map = memory.map();
    int head = map.headOf(pfn, memory.spec().maxOrder());
    int headFlags = PageState.flags(map.state(head));
    long flags = headFlags & PageState.KPF_MASK;
    if (pfn != head && (headFlags & PageState.HEAD) != 0) {
      flags = (flags & ~(long) PageState.HEAD) | TAIL;
    } else if (pfn != head) {
      flags = PageState.flags(map.state(pfn)) & PageState.KPF_MASK;
    }
    return map.mapcount(head) > 0 ? flags | MMAP : flags;
  }

  /** A frame's line of {@code /proc/kpagecount}: how often it is mapped. */
  public static long count(PhysicalMemory memory, int pfn) {
    return memory.kindOf(pfn) == FrameKind.ALLOCATED ? memory.map().mapcount(pfn) : 0;
  }

  /** How many frames the files have. */
  public static int frames(PhysicalMemory memory) {
    int end = memory.spec().endPfn();
    long rounded = ((long) end + SECTION_PAGES - 1) & -(long) SECTION_PAGES;
    return (int) Math.min(rounded, Integer.MAX_VALUE);
  }

  /** Writes a file as the kernel does: little-endian, from frame 0. */
  public static void write(PhysicalMemory memory, PerFrame file, OutputStream out)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_FRAMES * Long.BYTES);
    buffer.order(ByteOrder.LITTLE_ENDIAN);
    int frames = frames(memory);
    for (int pfn = 0; pfn < frames; pfn++) {
      buffer.putLong(file.of(memory, pfn));
      if (!buffer.hasRemaining() || pfn == frames - 1) {
        out.write(buffer.array(), 0, buffer.position());
        buffer.clear();
      }
    }
  }

  /** A file as text: runs of frames with the same number, {@code first-last number}. */
  public static String summary(PhysicalMemory memory, PerFrame file) {
    StringBuilder out = new StringBuilder();
    int frames = frames(memory);
    int start = 0;
    long current = file.of(memory, 0);
    for (int pfn = 1; pfn <= frames; pfn++) {
      long next = pfn < frames ? file.of(memory, pfn) : ~current;
      if (next != current) {
        out.append(String.format(Locale.ROOT, "%08x-%08x %016x\n", start, pfn - 1, current));
        start = pfn;
        current = next;
      }
    }
    return out.toString();
  }
}
