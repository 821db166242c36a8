package dev.quarry.virtual.space;

import java.util.Locale;

/**
 * {@code /proc/PID/maps}: a line for each area. Format of {@code show_map_vma} (fs/proc/task_mmu.c,
 * 6.18).
 *
 * <pre>
 *   7ffff7fc1000-7ffff7fc3000 r-xp 00000000 00:00 0                          [vdso]
 *   start        end          perms offset  dev   inode                     name, column 73
 * </pre>
 */
public final class MapsText {
  private static final int NAME_COLUMN = 25;
  private static final int NAME_COLUMNS_PER_POINTER_BYTE = 6;
  private static final int MINOR_BITS = 20;

  private MapsText() {}

  /** The file's text. */
  public static String text(MmStruct mm) {
    StringBuilder out = new StringBuilder();
    mm.lock();
    try {
      VmAreaStruct areas = mm.areas;
      for (long vma = mm.firstArea(); vma != VmAreaStruct.NONE; vma = areas.next(vma)) {
        line(out, mm, vma);
      }
    } finally {
      mm.unlock();
    }
    return out.toString();
  }

  /** One area's line, with its end. */
  public static void line(StringBuilder out, MmStruct mm, long vma) {
    VmAreaStruct areas = mm.areas;
    int handle = areas.file(vma);
    long device = 0;
    long inode = 0;
    long offset = 0;
    if (handle != VmAreaStruct.NO_FILE) {
      FileMapping file = mm.spaces().files().file(handle);
      device = file.device();
      inode = file.inode();
      offset = areas.pgoff(vma) << MmStruct.PAGE_SHIFT;
    }
    int begin = out.length();
    out.append(
        String.format(
            Locale.ROOT,
            "%08x-%08x %s %08x %02x:%02x %d ",
            areas.start(vma),
            areas.end(vma),
            permissions(areas.flags(vma)),
            offset,
            device >>> MINOR_BITS,
            device & (1 << MINOR_BITS) - 1,
            inode));
    String name = name(mm, vma);
    if (!name.isEmpty()) {
      int pointer = mm.spaces().tableLayout().pointerBytes();
      int column = begin + NAME_COLUMN + NAME_COLUMNS_PER_POINTER_BYTE * pointer;
      out.append(" ".repeat(Math.max(0, column - out.length()))).append(name);
    }
    out.append('\n');
  }

  private static String permissions(long flags) {
    return ((flags & VmFlags.READ) != 0 ? "r" : "-")
        + ((flags & VmFlags.WRITE) != 0 ? "w" : "-")
        + ((flags & VmFlags.EXEC) != 0 ? "x" : "-")
        + ((flags & VmFlags.MAYSHARE) != 0 ? "s" : "p");
  }

  /** What the area shows, or what it is for; empty for anonymous memory. */
  public static String name(MmStruct mm, long vma) {
    VmAreaStruct areas = mm.areas;
    int handle = areas.file(vma);
    if (handle != VmAreaStruct.NO_FILE) {
      return mm.spaces().files().file(handle).name();
    }
    long start = areas.start(vma);
    long end = areas.end(vma);
    if (start < mm.brk() && end > mm.startBrk()) {
      return "[heap]";
    }
    boolean stack = start <= mm.startStack() && end >= mm.startStack();
    return stack ? "[stack]" : "";
  }
}
