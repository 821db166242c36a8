package dev.quarry.observe;

import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.RssKind;
import java.util.Locale;

/**
 * The memory of a process in numbers: {@code /proc/PID/statm} and the lines of {@code status} that
 * {@code task_mem} writes (fs/proc/task_mmu.c, 6.18).
 */
final class ProcessStatus {
  private static final int KIB_SHIFT = PageTableLayout.PAGE_SHIFT - 10;

  private final StringBuilder out = new StringBuilder();

  private ProcessStatus() {}

  /** Pages: all, resident, of them shared, code, 0, data and stack, 0. */
  static String statm(MmStruct mm) {
    long shared = mm.rss(RssKind.FILE) + mm.rss(RssKind.SHMEM);
    return String.format(
        Locale.ROOT,
        "%d %d %d %d 0 %d 0\n",
        mm.totalVm(),
        mm.rssPages(),
        shared,
        mm.codePages(),
        mm.dataVm() + mm.stackVm());
  }

  static String status(int pid, MmStruct mm) {
    ProcessStatus file = new ProcessStatus();
    file.out.append("Name:\t").append(mm.task().comm());
    file.out.append("\nPid:\t").append(pid).append('\n');
    file.pages("VmPeak", mm.hiwaterVm());
    file.pages("VmSize", mm.totalVm());
    file.pages("VmLck", mm.lockedVm());
    file.pages("VmPin", mm.pinnedVm());
    file.pages("VmHWM", mm.hiwaterRss());
    file.pages("VmRSS", mm.rssPages());
    file.pages("RssAnon", mm.rss(RssKind.ANON));
    file.pages("RssFile", mm.rss(RssKind.FILE));
    file.pages("RssShmem", mm.rss(RssKind.SHMEM));
    file.pages("VmData", mm.dataVm());
    file.pages("VmStk", mm.stackVm());
    long code = Math.min(mm.codePages(), mm.execVm());
    file.pages("VmExe", code);
    file.pages("VmLib", mm.execVm() - code);
    file.pages("VmPTE", mm.tablePages());
    file.pages("VmSwap", mm.rss(RssKind.SWAP));
    return file.out.toString();
  }

  private void pages(String name, long pages) {
    out.append(String.format(Locale.ROOT, "%s:\t%8d kB\n", name, pages << KIB_SHIFT));
  }
}
