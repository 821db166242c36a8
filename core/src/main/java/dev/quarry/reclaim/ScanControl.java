package dev.quarry.reclaim;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.VmEvent;

/** What one run of reclaim is after, and what it found so far: {@code struct scan_control}. */
final class ScanControl {
  /** SWAP_CLUSTER_MAX: pages that are handled together. */
  static final int CLUSTER = 32;

  /** DEF_PRIORITY: a list's share of 1 / 2^12 is looked at first. */
  static final int FIRST_PRIORITY = 12;

  Cpu cpu;
  final int gfp;
  final boolean kswapd;
  final ReclaimScope scope;
  int order;
  int highestZone;
  int priority = FIRST_PRIORITY;
  long toReclaim;
  boolean maySwap = true;

  /** Pages go that were used just now, too. */
  boolean ignoreReferences;

  /** An active list may become shorter, by kind: DEACTIVATE_ANON, DEACTIVATE_FILE. */
  boolean deactivateAnon;

  boolean deactivateFile;
  boolean forceDeactivate;
  boolean skippedDeactivate;

  /** All groups are gone over, even if a few had enough: {@code memcg_full_walk}. */
  boolean allGroups;

  boolean skippedGroups;

  /** Groups go, too, that memory.low protects: {@code memcg_low_reclaim}. */
  boolean reclaimsLow;

  boolean skippedLow;

  /** There are many inactive file pages: memory of processes is left alone. */
  boolean cacheTrimMode;

  /** Nearly no file page is left, and enough others. */
  boolean fileIsTiny;

  long anonCost;
  long fileCost;
  long scanned;

  /** Pages of files that were looked at, and how many of them wait for the flusher. */
  long filesTaken;

  long unqueued;
  long reclaimed;

  ScanControl(Cpu cpu, int gfp, boolean kswapd, ReclaimScope scope) {
    this.cpu = cpu;
    this.gfp = gfp;
    this.kswapd = kswapd;
    this.scope = scope;
  }

  /** Whether it may wait for swap and disks. */
  boolean mayDoIo() {
    return (gfp & Gfp.IO) != 0;
  }

  /** Of an event that is counted by who reclaims, the one that is meant. */
  VmEvent of(VmEvent byKswapd, VmEvent direct, VmEvent proactive) {
    return scope.isProactive() ? proactive : kswapd ? byKswapd : direct;
  }
}
