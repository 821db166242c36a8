package dev.quarry.slab;

import dev.quarry.machine.Cpu;
import dev.quarry.slab.ObjectChecks.Finding;
import java.util.List;

/**
 * A cache with checks: {@code cache_alloc_debugcheck_after} and {@code cache_free_debugcheck}
 * (mm/slab.c, 3.10). Its slabs are on the nodes' lists and nobody owns them.
 */
final class CheckedObjects {
  private final KmemCache cache;
  private final SlabCore core;
  private final ObjectChecks checks;
  private final int objectOffset;

  CheckedObjects(KmemCache cache, SlabCore core) {
    this.cache = cache;
    this.core = core;
    this.checks = new ObjectChecks(cache, core.memory, core.sites);
    this.objectOffset = cache.geometry().objectOffset();
  }

  ObjectChecks checks() {
    return checks;
  }

  /** Hands out a free object, or, where somebody wrote into it, reports that and mends it. */
  long handOut(Cpu cpu, long raw) {
    report(raw, checks.check(raw, false));
    checks.onAlloc(raw, site(cpu));
    return raw + objectOffset;
  }

  /** Takes an object in use back; what somebody wrote around it is reported and mended. */
  void takeBack(Cpu cpu, long raw) {
    report(raw, checks.check(raw, true));
    checks.onFree(raw, site(cpu));
  }

  private int site(Cpu cpu) {
    if (!checks.keepsUsers()) {
      return 0;
    }
    String label = core.states[cpu.id()].callSite();
    return core.sites.number(label.isEmpty() ? CallSites.caller() : label);
  }

  private boolean report(long raw, Finding finding) {
    if (!finding.isSound()) {
      core.reports.corrupted(cache, this, raw, finding);
    }
    return finding.isSound();
  }

  /** Checks all objects, in use and free; returns how many are not as they should be. */
  int checkAll(List<SlabView> slabs) {
    int wrong = 0;
    for (SlabView slab : slabs) {
      for (int index = 0; index < slab.numbers().size(); index++) {
        long raw = slab.firstObject() + (long) index * cache.geometry().size();
        boolean active = slab.numbers().get(index) == SlabView.ACTIVE;
        if (!report(raw, checks.check(raw, active))) {
          checks.mend(raw, active);
          wrong++;
        }
      }
    }
    return wrong;
  }
}
