package dev.quarry.observe;

import dev.quarry.physical.NodeStat;
import dev.quarry.physical.ZoneStat;

/**
 * The lines about LRU lists that {@code meminfo_proc_show} (fs/proc/meminfo.c) prints for the
 * machine and {@code node_read_meminfo} (drivers/base/node.c, 6.18) for each node.
 */
final class LruLines {
  private LruLines() {}

  static void addTo(KbLines out, Sums sums) {
    long activeAnon = sums.stat(NodeStat.NR_ACTIVE_ANON);
    long inactiveAnon = sums.stat(NodeStat.NR_INACTIVE_ANON);
    long activeFile = sums.stat(NodeStat.NR_ACTIVE_FILE);
    long inactiveFile = sums.stat(NodeStat.NR_INACTIVE_FILE);
    out.pages("Active", activeAnon + activeFile);
    out.pages("Inactive", inactiveAnon + inactiveFile);
    out.pages("Active(anon)", activeAnon);
    out.pages("Inactive(anon)", inactiveAnon);
    out.pages("Active(file)", activeFile);
    out.pages("Inactive(file)", inactiveFile);
    out.pages("Unevictable", sums.stat(NodeStat.NR_UNEVICTABLE));
    out.pages("Mlocked", sums.stat(ZoneStat.NR_MLOCK));
  }
}
