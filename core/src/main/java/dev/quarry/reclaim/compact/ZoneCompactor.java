package dev.quarry.reclaim.compact;

import dev.quarry.physical.Capture;
import dev.quarry.physical.CompactResult;
import dev.quarry.physical.CompactionMarks;
import dev.quarry.physical.FreeIsolation;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.MigrateType;
import dev.quarry.physical.Node;
import dev.quarry.physical.Pageblocks;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.VmEvent;
import dev.quarry.physical.Zone;
import dev.quarry.physical.ZoneCompaction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Compacts one zone until a block is free or both scanners meet: {@code compact_zone}, {@code
 * compact_finished} (mm/compaction.c, 6.18).
 *
 * <pre>
 *   suitable? ─no─► SKIPPED, SUCCESS
 *     │
 *     ▼     ┌──────────────────────────────────────────────────────────┐
 *   finished? ─no─► isolate of one pageblock ─► move ─► captured? ─no──┘
 *     │ yes                                               │ yes
 *     ▼                                                   ▼
 *   give free pages back, remember where the scanners are
 * </pre>
 */
final class ZoneCompactor {
  /** No pageblock is waiting to have its freed pages joined. */
  private static final int NOTHING_MIGRATED = 0;

  private final PhysicalMemory memory;
  private final Pageblocks blocks;
  private final CompactionMarks marks;
  private final CompactionSettings settings;
  private final FreeIsolation isolation;
  private final MovablePages pages;
  private final SkipHints hints;
  private final MigrateScanner migrateScanner;
  private final FreeScanner freeScanner;
  private final PageMover mover;
  private final FragmentationScore score;
  private final Predicate<Node> kswapdRuns;

  ZoneCompactor(
      PhysicalMemory memory,
      FreeIsolation isolation,
      MovablePages pages,
      CompactionSettings settings,
      Predicate<Node> kswapdRuns) {
    this.memory = memory;
    this.blocks = memory.pageblocks();
    this.marks = new CompactionMarks(memory);
    this.settings = settings;
    this.isolation = isolation;
    this.pages = pages;
    this.kswapdRuns = kswapdRuns;
    this.hints = new SkipHints(memory);
    this.migrateScanner = new MigrateScanner(memory, isolation, pages, hints, settings);
    this.freeScanner = new FreeScanner(memory, isolation, hints);
    this.mover = new PageMover(memory, pages, freeScanner);
    this.score = new FragmentationScore(memory, settings);
  }

  FragmentationScore score() {
    return score;
  }

  SkipHints hints() {
    return hints;
  }

  /** Whether a run would begin. */
  CompactResult suit(
      Zone zone, int order, int highestZone, int allocFlags, boolean async, boolean daemon) {
    int threshold = settings.extfragThreshold();
    return marks.suit(zone, order, highestZone, allocFlags, async, daemon, threshold);
  }

  private CompactResult suit(CompactControl control) {
    return suit(
        control.zone,
        control.order,
        control.highestZone,
        control.allocFlags,
        control.isAsync(),
        !control.direct);
  }

  /**
   * Compacts.
   *
   * @param capture the block that is waited for, or null if any will do
   */
  CompactResult run(CompactControl control, @Nullable Capture capture) {
    boolean groups = memory.groupsByMobility();
    control.migrateType = groups ? Gfp.migrateType(control.gfp) : MigrateType.UNMOVABLE;
    control.result = control.order == CompactControl.WHOLE ? CompactResult.CONTINUE : suit(control);
    if (control.result != CompactResult.CONTINUE) {
      return control.result;
    }
    ZoneCompaction state = control.zone.compaction();
    if (!state.begin()) {
      control.result = CompactResult.CONTENDED;
      return control.result;
    }
    boolean wasFreeing = control.cpu.isFreeingMemory();
    control.cpu.freeingMemory(true); // what it needs comes out of the reserve, and waits for nobody
    state.capture(capture);
    try {
      scan(control, capture);
    } finally {
      state.capture(null);
      release(control);
      control.cpu.freeingMemory(wasFreeing);
      state.end();
    }
    return control.result;
  }

  /** Where the scanners begin. */
  private void begin(CompactControl control) {
    Zone zone = control.zone;
    ZoneCompaction state = zone.compaction();
    if (state.isRestarting(control.order)) {
      hints.reset(zone);
    }
    if (control.wholeZone) {
      control.migratePfn = zone.startPfn();
      control.freePfn = state.lastPageblock();
      return;
    }
    control.migratePfn = state.cachedMigrate(!control.isAsync());
    control.freePfn = state.cachedFree();
    if (!zone.spans(control.freePfn)) {
      control.freePfn = state.lastPageblock();
      state.cachedFree(control.freePfn);
    }
    if (!zone.spans(control.migratePfn)) {
      control.migratePfn = zone.startPfn();
      state.cachedMigrate(false, control.migratePfn);
      state.cachedMigrate(true, control.migratePfn);
    }
    control.wholeZone = control.migratePfn <= state.initMigrate();
  }

  private void scan(CompactControl control, @Nullable Capture capture) {
    begin(control);
    ZoneCompaction state = control.zone.compaction();
    // As long as nothing was found, both kinds of runs begin at the same place.
    boolean keepTogether =
        control.isAsync() && state.cachedMigrate(false) == state.cachedMigrate(true);
    int migrated = NOTHING_MIGRATED;
    pages.drain(control.cpu);
    while ((control.result = finished(control)) == CompactResult.CONTINUE) {
      control.finishPageblock = hints.start(migrated) == hints.start(control.migratePfn);
      Round round = round(control);
      if (round == Round.ABORT) {
        control.result = CompactResult.CONTENDED;
        return;
      }
      if (round == Round.NOTHING && keepTogether) {
        state.cachedMigrate(true, state.cachedMigrate(false));
      }
      if (round != Round.NOTHING) {
        keepTogether = false;
        migrated = Math.max(control.zone.startPfn(), hints.start(control.migratePfn - 1));
      }
      if (round == Round.FAILED && control.order == blocks.order()) {
        migrated = NOTHING_MIGRATED; // its pageblock will not become free
      }
      if (capture != null && capture.pfn() != Pfn.NONE) {
        control.result = CompactResult.SUCCESS;
        return;
      }
      migrated = join(control, migrated);
    }
  }

  private enum Round {
    ABORT,
    NOTHING,
    MOVED,
    FAILED
  }

  /** Isolates and moves what one pageblock has, and the rest of it too if some of it would not. */
  private Round round(CompactControl control) {
    Round result = Round.MOVED;
    while (true) {
      switch (migrateScanner.isolate(control)) {
        case ABORT -> {
          putBack(control);
          return Round.ABORT;
        }
        case NONE -> {
          return result == Round.FAILED ? result : Round.NOTHING;
        }
        case SUCCESS -> {
          // Move them.
        }
      }
      PageMover.Result moved = mover.move(control);
      putBack(control);
      if (moved == PageMover.Result.DONE) {
        return result;
      }
      if (moved == PageMover.Result.NO_MEMORY && !haveMet(control)) {
        return Round.ABORT;
      }
      boolean rescans =
          !hints.isAligned(control.migratePfn)
              && !control.ignoreSkipHint
              && !control.finishPageblock
              && control.mode != CompactControl.Mode.SYNC;
      if (!rescans) {
        return result;
      }
      control.finishPageblock = true;
      result = Round.FAILED;
    }
  }

  private void putBack(CompactControl control) {
    while (!control.migratePages.isEmpty()) {
      pages.putBack(control.cpu, control.migratePages.removeFirst());
    }
  }

  /** The scanner left the block of the order from which pages went: what they left can join. */
  private int join(CompactControl control, int migrated) {
    if (control.order <= 0 || migrated == NOTHING_MIGRATED) {
      return migrated;
    }
    int current = control.migratePfn & -(1 << control.order);
    if (migrated >= current) {
      return migrated;
    }
    pages.drain(control.cpu);
    isolation.drain(control.cpu, control.zone);
    return NOTHING_MIGRATED;
  }

  private boolean haveMet(CompactControl control) {
    return control.freePfn >> blocks.order() <= control.migratePfn >> blocks.order();
  }

  private CompactResult finished(CompactControl control) {
    ZoneCompaction state = control.zone.compaction();
    if (haveMet(control)) {
      state.resetPositions();
      if (control.direct) {
        state.flushSkips(true);
      }
      return control.wholeZone ? CompactResult.COMPLETE : CompactResult.PARTIAL_SKIPPED;
    }
    if (control.proactive) {
      if (kswapdRuns.test(control.zone.node())) {
        return CompactResult.PARTIAL_SKIPPED;
      }
      boolean goesOn = score.ofZone(control.zone) > score.low();
      return control.contended
          ? CompactResult.CONTENDED
          : goesOn ? CompactResult.CONTINUE : CompactResult.SUCCESS;
    }
    // A pageblock is always finished, so that the next request need not fall back to it.
    boolean inside = !hints.isAligned(control.migratePfn);
    if (control.order == CompactControl.WHOLE || inside) {
      return CompactResult.CONTINUE;
    }
    if (!control.direct && marks.wantsWholeBlocks()) {
      boolean enough = marks.hasWholeBlocks(control.zone, control.order, control.highestZone);
      return enough ? CompactResult.SUCCESS : CompactResult.CONTINUE;
    }
    if (marks.hasBlock(control.zone, control.order, control.migrateType)) {
      return CompactResult.SUCCESS;
    }
    return control.contended ? CompactResult.CONTENDED : CompactResult.CONTINUE;
  }

  private void release(CompactControl control) {
    int highest = freeScanner.release(control);
    ZoneCompaction state = control.zone.compaction();
    if (highest != Pfn.NONE && hints.start(highest) > state.cachedFree()) {
      state.cachedFree(hints.start(highest)); // only back: what was given back is found again
    }
    memory
        .events()
        .count(control.cpu.id(), VmEvent.COMPACT_MIGRATE_SCANNED, control.migrateScanned);
    memory.events().count(control.cpu.id(), VmEvent.COMPACT_FREE_SCANNED, control.freeScanned);
  }
}
