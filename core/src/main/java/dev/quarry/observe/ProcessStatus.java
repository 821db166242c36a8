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
  private static final int STAT_FIELDS = 52;

  /** The field of {@code stat} that says that there is no terminal. */
  private static final int TERMINAL_GROUP = 8;

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

  /**
   * {@code do_task_stat} (fs/proc/array.c, 6.18): 52 fields, of which the machine has faults, size
   * and bounds. It keeps no times, signals and terminals.
   */
  static String stat(int pid, MmStruct mm) {
    long[] field = new long[STAT_FIELDS + 1]; // numbered from 1, as proc(5) does
    field[5] = pid; // group
    field[6] = pid; // session
    field[10] = mm.minFaults();
    field[12] = mm.majFaults();
    field[18] = 20; // usual priority
    field[20] = 1; // threads
    field[23] = mm.totalVm() << PageTableLayout.PAGE_SHIFT;
    field[24] = mm.rssPages();
    field[25] = -1; // no limit of resident memory
    field[28] = mm.startStack();
    field[38] = 17; // SIGCHLD
    field[47] = mm.startBrk();
    StringBuilder out =
        new StringBuilder().append(pid).append(" (").append(mm.task().comm()).append(") S");
    for (int i = 4; i <= STAT_FIELDS; i++) {
      out.append(' ').append(i == TERMINAL_GROUP ? "-1" : Long.toUnsignedString(field[i]));
    }
    return out.append('\n').toString();
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
