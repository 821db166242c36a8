package dev.quarry.observe;

import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.space.MapsText;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.VmAreaStruct;
import dev.quarry.virtual.space.VmFlags;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * {@code /proc/PID/smaps} and {@code smaps_rollup}: what the pages of each area, and of all, come
 * to: {@code show_smap}, {@code show_smaps_rollup} (fs/proc/task_mmu.c, 6.18).
 */
final class Smaps {
  private static final int KIB_SHIFT = 10;
  private static final int NAME_COLUMN = 25;
  private static final int NAME_COLUMNS_PER_POINTER_BYTE = 6;
  private static final Map<Long, String> FLAGS = new LinkedHashMap<>();

  static {
    FLAGS.put(VmFlags.READ, "rd");
    FLAGS.put(VmFlags.WRITE, "wr");
    FLAGS.put(VmFlags.EXEC, "ex");
    FLAGS.put(VmFlags.SHARED, "sh");
    FLAGS.put(VmFlags.MAYREAD, "mr");
    FLAGS.put(VmFlags.MAYWRITE, "mw");
    FLAGS.put(VmFlags.MAYEXEC, "me");
    FLAGS.put(VmFlags.MAYSHARE, "ms");
    FLAGS.put(VmFlags.GROWSDOWN, "gd");
    FLAGS.put(VmFlags.PFNMAP, "pf");
    FLAGS.put(VmFlags.LOCKED, "lo");
    FLAGS.put(VmFlags.IO, "io");
    FLAGS.put(VmFlags.SEQ_READ, "sr");
    FLAGS.put(VmFlags.RAND_READ, "rr");
    FLAGS.put(VmFlags.DONTCOPY, "dc");
    FLAGS.put(VmFlags.DONTEXPAND, "de");
    FLAGS.put(VmFlags.LOCKONFAULT, "lf");
    FLAGS.put(VmFlags.ACCOUNT, "ac");
    FLAGS.put(VmFlags.NORESERVE, "nr");
    FLAGS.put(VmFlags.HUGETLB, "ht");
    FLAGS.put(VmFlags.SYNC, "sf");
    FLAGS.put(VmFlags.WIPEONFORK, "wf");
    FLAGS.put(VmFlags.DONTDUMP, "dd");
    FLAGS.put(VmFlags.SOFTDIRTY, "sd");
    FLAGS.put(VmFlags.MIXEDMAP, "mm");
    FLAGS.put(VmFlags.HUGEPAGE, "hg");
    FLAGS.put(VmFlags.NOHUGEPAGE, "nh");
    FLAGS.put(VmFlags.MERGEABLE, "mg");
    FLAGS.put(VmFlags.DROPPABLE, "dp");
  }

  private final StringBuilder out = new StringBuilder();

  private Smaps() {}

  static String text(MmStruct mm) {
    Smaps file = new Smaps();
    mm.lock();
    try {
      VmAreaStruct areas = mm.spaces().areas();
      for (long vma = mm.firstArea(); vma != VmAreaStruct.NONE; vma = areas.next(vma)) {
        MapsText.line(file.out, mm, vma);
        file.area(mm, vma, areas.flags(vma), areas.pages(vma));
      }
    } finally {
      mm.unlock();
    }
    return file.out.toString();
  }

  static String rollup(MmStruct mm) {
    Smaps file = new Smaps();
    AreaUsage all = new AreaUsage();
    long end = 0;
    mm.lock();
    try {
      VmAreaStruct areas = mm.spaces().areas();
      for (long vma = mm.firstArea(); vma != VmAreaStruct.NONE; vma = areas.next(vma)) {
        all.add(mm, vma);
        end = areas.end(vma);
      }
      long first = mm.firstArea();
      long start = first == VmAreaStruct.NONE ? 0 : areas.start(first);
      String begin = String.format(Locale.ROOT, "%08x-%08x ---p 00000000 00:00 0 ", start, end);
      int column = NAME_COLUMN + NAME_COLUMNS_PER_POINTER_BYTE * pointerBytes(mm);
      String pad = " ".repeat(Math.max(0, column - begin.length()));
      file.out.append(begin).append(pad).append("[rollup]\n");
    } finally {
      mm.unlock();
    }
    file.usage(all, true);
    return file.out.toString();
  }

  private static int pointerBytes(MmStruct mm) {
    return mm.tables().layout().pointerBytes();
  }

  private void area(MmStruct mm, long vma, long flags, long pages) {
    AreaUsage usage = new AreaUsage();
    usage.add(mm, vma);
    bytes("Size", pages << PageTableLayout.PAGE_SHIFT);
    bytes("KernelPageSize", PageTableLayout.PAGE_SIZE);
    bytes("MMUPageSize", PageTableLayout.PAGE_SIZE);
    usage(usage, false);
    int eligible = mm.spaces().pages().isHugeEligible(mm, vma) ? 1 : 0;
    out.append(String.format(Locale.ROOT, "%-16s%8d\n", "THPeligible:", eligible))
        .append("VmFlags: ");
    FLAGS.forEach((flag, word) -> out.append((flags & flag) != 0 ? word + " " : ""));
    out.append('\n');
  }

  private void bytes(String name, long value) {
    out.append(String.format(Locale.ROOT, "%-16s%8d kB\n", name + ":", value >> KIB_SHIFT));
  }

  private void share(String name, long value) {
    bytes(name, value >> AreaUsage.SHARE_SHIFT);
  }

  private void usage(AreaUsage usage, boolean rollup) {
    bytes("Rss", usage.resident);
    share("Pss", usage.share);
    share("Pss_Dirty", usage.shareDirty);
    if (rollup) {
      share("Pss_Anon", usage.shareAnon);
      share("Pss_File", usage.shareFile);
      share("Pss_Shmem", usage.shareShmem);
    }
    bytes("Shared_Clean", usage.sharedClean);
    bytes("Shared_Dirty", usage.sharedDirty);
    bytes("Private_Clean", usage.privateClean);
    bytes("Private_Dirty", usage.privateDirty);
    bytes("Referenced", usage.referenced);
    bytes("Anonymous", usage.anonymous);
    bytes("KSM", 0);
    bytes("LazyFree", usage.lazyFree);
    bytes("AnonHugePages", usage.hugeAnon);
    bytes("ShmemPmdMapped", 0);
    bytes("FilePmdMapped", 0);
    bytes("Shared_Hugetlb", 0);
    bytes("Private_Hugetlb", 0);
    bytes("Swap", usage.swap);
    bytes("SwapPss", usage.swap);
    share("Locked", usage.locked);
  }
}
