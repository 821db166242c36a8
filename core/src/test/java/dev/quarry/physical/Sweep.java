package dev.quarry.physical;

import dev.quarry.kernel.Machine;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks at every frame of a machine and compares it with the model. */
final class Sweep {
  private final Machine machine;
  private final PhysicalMemory memory;
  private final MemMap map;
  private final HeldBlocks held;
  private final long managed;

  Sweep(Machine machine, HeldBlocks held) {
    this.machine = machine;
    this.memory = machine.memory();
    this.map = memory.map();
    this.held = held;
    this.managed = memory.zones().stream().mapToLong(Zone::managed).sum();
  }

  /** Whether free, per-CPU and held pages are all that there is. */
  @Nullable String counts() {
    long free = 0;
    long perCpu = 0;
    for (Zone zone : memory.zones()) {
      free += zone.freePages();
      perCpu += zone.pcpPages();
    }
    return free + perCpu + held.pages() == managed
        ? null
        : free + " free + " + perCpu + " per-CPU + " + held.pages() + " held != " + managed;
  }

  /** Whether each frame is what the model says. */
  @Nullable String frames() {
    for (int pfn = 0; pfn < map.endPfn(); pfn++) {
      boolean allocated = memory.kindOf(pfn) == FrameKind.ALLOCATED;
      if (allocated != held.holds(pfn)) {
        return "frame " + pfn + " is " + memory.kindOf(pfn) + ", held: " + held.holds(pfn);
      }
    }
    for (HeldBlocks.Block block : held.all()) {
      String wrong = block.exact ? singles(block) : oneBlock(block);
      if (wrong != null) {
        return wrong;
      }
    }
    return null;
  }

  private @Nullable String oneBlock(HeldBlocks.Block block) {
    long state = map.state(block.pfn);
    if (PageState.order(state) != block.order || PageState.refcount(state) != block.references) {
      return String.format(
          "frame %d is held %d times with order %d, the model says %d and %d",
          block.pfn,
          PageState.refcount(state),
          PageState.order(state),
          block.references,
          block.order);
    }
    for (int pfn = block.pfn + 1; pfn < block.pfn + block.pages; pfn++) {
      if (map.state(pfn) != PageState.UNTOUCHED) {
        return "frame " + pfn + " inside of a held block has state " + map.state(pfn);
      }
    }
    return null;
  }

  private @Nullable String singles(HeldBlocks.Block block) {
    for (int pfn = block.pfn; pfn < block.pfn + block.pages; pfn++) {
      long state = map.state(pfn) & ~(long) (PageState.LRU | PageState.PFMEMALLOC);
      if (state != PageState.allocated(0, 0)) {
        return "frame " + pfn + " of an exact allocation has state " + map.state(pfn);
      }
    }
    return null;
  }

  /** Whether, with nothing held, every two free buddies that may join have joined. */
  @Nullable String allMerged() {
    List<String> broken = machine.invariants();
    if (!broken.isEmpty()) {
      return broken.toString();
    }
    for (Zone zone : memory.zones()) {
      if (zone.freePages() != zone.managed()) {
        return zone + ": " + zone.freePages() + " pages free of " + zone.managed();
      }
      for (int order = 0; order < memory.spec().maxOrder(); order++) {
        for (int type = 0; type < MigrateType.COUNT; type++) {
          FreeList list = zone.area(order).list(type);
          for (int pfn = list.first(); pfn != Pfn.NONE; pfn = list.after(pfn)) {
            if (hasFreeBuddy(zone, pfn, order, type)) {
              return "frame " + pfn + " of order " + order + " has a free buddy";
            }
          }
        }
      }
    }
    return null;
  }

  private boolean hasFreeBuddy(Zone zone, int pfn, int order, int type) {
    int buddy = pfn ^ (1 << order);
    if (!zone.spans(buddy) || map.state(buddy) != PageState.buddy(order)) {
      return false;
    }
    int other = memory.pageblocks().type(buddy);
    boolean bothPlain = type < MigrateType.PCPTYPES && other < MigrateType.PCPTYPES;
    return type == other || bothPlain;
  }
}
