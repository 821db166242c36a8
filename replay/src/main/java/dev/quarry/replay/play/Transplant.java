package dev.quarry.replay.play;

import dev.quarry.kernel.Machine;
import dev.quarry.physical.FrameKind;
import dev.quarry.physical.MigrateType;
import dev.quarry.physical.PageState;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.StateLoader;
import dev.quarry.physical.Zone;
import dev.quarry.replay.read.RecordingException;
import java.util.List;
import java.util.Locale;

/**
 * Puts the state of one machine into another one of a different size or shape, pageblock by
 * pageblock, so that what is held keeps its neighbours and its gaps:
 *
 * <pre>
 *   recorded   [##..][....][#...][....][####][....]      # held   . free
 *                 │           │           │
 *   larger     [##..][....][....][#...][....][....][####][....]   more free pageblocks between
 *   smaller    [##..][#...][####][....]                           free pageblocks left out
 *   too small  [####][###.]                                       held frames packed together
 * </pre>
 *
 * <p>Only pageblocks without holes and reserved frames take part. Free lists keep their order, but
 * for blocks of a pageblock and more, which join their buddies anew.
 */
final class Transplant {
  private static final int NOT_FREE = -1;

  private final Machine source;
  private final Machine target;
  private final PhysicalMemory from;
  private final PhysicalMemory to;
  private final StateLoader loader;
  private final int[] places;
  private final int pages;
  private final List<String> notes;

  private Transplant(Machine source, Machine target, List<String> notes) {
    this.source = source;
    this.target = target;
    this.from = source.memory();
    this.to = target.memory();
    this.loader = new StateLoader(to);
    this.places = Placement.emptyTable(from.map().endPfn());
    this.pages = from.pageblocks().pages();
    this.notes = notes;
  }

  /**
   * Moves the state of {@code source} to {@code target}, which was just booted.
   *
   * @param notes receives what could not be kept
   * @throws RecordingException if the target is too small for what is held
   */
  static Placement move(Machine source, Machine target, List<String> notes) {
    return new Transplant(source, target, notes).move();
  }

  private Placement move() {
    int[] sources = Pageblocked.whole(from);
    int[] targets = Pageblocked.whole(to, pages);
    freeTheRest(targets);
    int[] kept = keep(sources, targets.length);
    if (kept.length > targets.length) {
      pack(kept, targets);
    } else {
      place(kept, targets);
    }
    return Placement.of(target, places);
  }

  /** Frees what the target has outside of its whole pageblocks. */
  private void freeTheRest(int[] targets) {
    int next = 0;
    for (Zone zone : to.zones()) {
      var ranges = zone.presentRanges().minus(to.reserved());
      for (int i = 0; i < ranges.count(); i++) {
        for (int pfn = ranges.start(i); pfn < ranges.end(i); pfn++) {
          while (next < targets.length && targets[next] + pages <= pfn) {
            next++;
          }
          if (next < targets.length && pfn >= targets[next]) {
            pfn = targets[next] + pages - 1;
          } else {
            loader.freeMerging(zone, pfn, 0);
          }
        }
      }
    }
  }

  /** The recorded pageblocks, less as many wholly free ones as there are too many, evenly. */
  private int[] keep(int[] sources, int room) {
    int surplus = Math.max(0, sources.length - room);
    int free = 0;
    for (int pfn : sources) {
      free += isFree(pfn) ? 1 : 0;
    }
    int[] kept = new int[sources.length - Math.min(surplus, free)];
    int drop = sources.length - kept.length;
    int n = 0;
    long seen = 0;
    for (int pfn : sources) {
      boolean dropped = false;
      if (isFree(pfn)) {
        // Of every `free` free pageblocks, `drop` go.
        dropped = (seen + 1) * drop / free > seen * drop / free;
        seen++;
      }
      if (!dropped) {
        kept[n++] = pfn;
      }
    }
    return kept;
  }

  private boolean isFree(int pageblock) {
    for (int pfn = pageblock; pfn < pageblock + pages; ) {
      int order = freeOrder(pfn);
      if (order == NOT_FREE) {
        return from.kindOf(pfn) == FrameKind.FREE; // inside a block larger than the pageblock
      }
      pfn += 1 << order;
    }
    return true;
  }

  private int freeOrder(int pfn) {
    long state = from.map().state(pfn);
    return PageState.isBuddy(state) ? PageState.order(state) : NOT_FREE;
  }

  /** Spreads the pageblocks over the target, in their order. */
  private void place(int[] kept, int[] targets) {
    boolean[] used = new boolean[targets.length];
    for (int i = 0; i < kept.length; i++) {
      int at = (int) ((long) i * targets.length / kept.length);
      used[at] = true;
      if (isFree(kept[i])) {
        used[at] = false;
        continue;
      }
      for (int page = 0; page < pages; page++) {
        places[kept[i] + page] = targets[at] + page;
      }
      loader.pageblock(targets[at], from.pageblocks().type(kept[i]));
    }
    freeWhole(targets, used);
    freeLists();
    perCpuLists();
  }

  private void freeWhole(int[] targets, boolean[] used) {
    for (int i = 0; i < targets.length; i++) {
      if (!used[i]) {
        Zone zone = to.zoneOf(targets[i]);
        if (zone != null) {
          loader.pageblock(targets[i], MigrateType.MOVABLE);
          free(zone, targets[i], from.pageblocks().order());
        }
      }
    }
  }

  private void freeLists() {
    for (Zone zone : from.zones()) {
      for (int order = 0; order < from.pageblocks().order(); order++) {
        for (int type = 0; type < MigrateType.COUNT; type++) {
          var list = zone.area(order).list(type);
          for (int pfn = list.first(), left = list.count(); left > 0; left--) {
            place(pfn, order, type);
            pfn = list.after(pfn);
          }
        }
      }
    }
  }

  private void place(int pfn, int order, int type) {
    int at = places[pfn];
    Zone zone = at == Placement.NOWHERE ? null : to.zoneOf(at);
    if (zone != null && order <= to.spec().maxOrder()) {
      loader.freeBlock(zone, at, order, type);
    } else if (zone != null) {
      free(zone, at, order);
    }
  }

  /** Frees a block in parts that the target's largest order allows. */
  private void free(Zone zone, int pfn, int order) {
    int step = Math.min(order, to.spec().maxOrder());
    for (int part = 0; part < 1 << order; part += 1 << step) {
      loader.freeMerging(zone, pfn + part, step);
    }
  }

  /** Lists of CPUs that the target has stay lists; others, and all without lists, are freed. */
  private void perCpuLists() {
    for (Zone zone : from.zones()) {
      for (int cpu = 0; cpu < zone.pcpCount(); cpu++) {
        var pcp = zone.pcp(cpu);
        for (int index = 0; index < pcp.lists(); index++) {
          var list = pcp.list(index);
          for (int place = 0; place < list.count(); place++) {
            perCpu(list.get(place), cpu, index, pcp.listOrder(index));
          }
        }
      }
    }
  }

  private void perCpu(int pfn, int cpu, int index, int order) {
    int at = places[pfn];
    Zone zone = at == Placement.NOWHERE ? null : to.zoneOf(at);
    if (zone == null) {
      return;
    }
    boolean listed = target.spec().sysctls().percpuLists() && cpu < zone.pcpCount();
    if (listed && index < zone.pcp(cpu).lists() && zone.pcp(cpu).listOrder(index) == order) {
      loader.pcpBlock(zone, cpu, index, at);
    } else {
      free(zone, at, order);
    }
  }

  /** Held frames one behind the other, by the type of their pageblocks. */
  private void pack(int[] kept, int[] targets) {
    long held = 0;
    for (int pfn : kept) {
      held += heldIn(pfn);
    }
    long room = (long) targets.length * pages;
    if (held > room) {
      throw new RecordingException(
          source.spec().name(),
          String.format(
              Locale.ROOT,
              "%,d pages are held when the recording begins; %s has room for %,d",
              held,
              target.spec().name(),
              room));
    }
    notes.add(
        String.format(
            Locale.ROOT,
            "pages were held in %,d pageblocks, this machine has %,d: they were packed together",
            kept.length,
            targets.length));
    packInto(kept, targets);
  }

  private int heldIn(int pageblock) {
    int held = 0;
    for (int pfn = pageblock; pfn < pageblock + pages; pfn++) {
      held += from.kindOf(pfn) == FrameKind.HELD_SINCE_BOOT ? 1 : 0;
    }
    return held;
  }

  private void packInto(int[] kept, int[] targets) {
    int block = 0;
    int page = 0;
    for (int type = 0; type < MigrateType.COUNT; type++) {
      for (int pageblock : kept) {
        if (from.pageblocks().type(pageblock) != type) {
          continue;
        }
        for (int pfn = pageblock; pfn < pageblock + pages; pfn++) {
          if (from.kindOf(pfn) == FrameKind.HELD_SINCE_BOOT) {
            places[pfn] = targets[block] + page;
            loader.pageblock(targets[block], type);
            page = (page + 1) % pages;
            block += page == 0 ? 1 : 0;
          }
        }
      }
    }
    for (; block < targets.length; block++, page = 0) {
      Zone zone = to.zoneOf(targets[block]);
      for (; zone != null && page < pages; page++) {
        loader.freeMerging(zone, targets[block] + page, 0);
      }
    }
  }
}
