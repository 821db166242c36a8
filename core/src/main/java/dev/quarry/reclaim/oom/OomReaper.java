package dev.quarry.reclaim.oom;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.KernelLog;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.RssKind;
import dev.quarry.virtual.space.VmAreaStruct;
import dev.quarry.virtual.space.VmFlags;
import java.util.Locale;

/**
 * Takes a victim's private memory before it has ended: {@code oom_reap_task} (mm/oom_kill.c, 6.18).
 * It runs at once, on the CPU that is short of memory, where the kernel has a thread for it.
 *
 * <p>It may not wait for the lock of the address space, whose holder may wait for memory. When that
 * was in vain for so many times, it gives up, so that another victim can be chosen.
 */
final class OomReaper {
  /** Requests try again each millisecond; MAX_OOM_REAP_RETRIES is 10 tries in one second. */
  private static final int MOST_TRIES = 1000;

  private final KernelLog log;
  private int tries;

  OomReaper(KernelLog log) {
    this.log = log;
  }

  /** A new victim has all tries before it. */
  void begin() {
    tries = 0;
  }

  /** Tries to take the memory of a victim that was not reaped yet; whether it is done with it. */
  boolean reap(Cpu cpu, OomTask victim) {
    MmStruct mm = victim.mm();
    if (!mm.tryLock()) {
      return mm.isHeldByMe() ? false : failed(victim);
    }
    try {
      boolean before = cpu.isFreeingMemory();
      cpu.freeingMemory(true);
      takePrivate(cpu, mm);
      cpu.freeingMemory(before);
      mm.task().skip();
      log.print(line(victim));
    } finally {
      mm.unlock();
    }
    return true;
  }

  private boolean failed(OomTask victim) {
    if (++tries < MOST_TRIES) {
      return false;
    }
    log.print("oom_reaper: unable to reap pid:" + victim.pid() + " (" + victim.comm() + ")");
    victim.state().skip();
    return true;
  }

  /** {@code __oom_reap_task_mm}: what others share stays, there may be news for them in it. */
  private static void takePrivate(Cpu cpu, MmStruct mm) {
    VmAreaStruct areas = mm.spaces().areas();
    for (long vma = mm.firstArea(); vma != VmAreaStruct.NONE; vma = areas.next(vma)) {
      long flags = areas.flags(vma);
      boolean special = (flags & (VmFlags.HUGETLB | VmFlags.PFNMAP)) != 0;
      boolean isPrivate = areas.isAnonymous(vma) || (flags & VmFlags.SHARED) == 0;
      if (!special && isPrivate) {
        mm.spaces().pages().unmap(cpu, mm, vma, areas.start(vma), areas.end(vma));
      }
    }
  }

  private static String line(OomTask victim) {
    MmStruct mm = victim.mm();
    return String.format(
        Locale.ROOT,
        "oom_reaper: reaped process %d (%s), now anon-rss:%dkB, file-rss:%dkB, shmem-rss:%dkB",
        victim.pid(),
        victim.comm(),
        OomReport.kib(mm.rss(RssKind.ANON)),
        OomReport.kib(mm.rss(RssKind.FILE)),
        OomReport.kib(mm.rss(RssKind.SHMEM)));
  }
}
