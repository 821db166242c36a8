package dev.quarry.explain;

import dev.quarry.explain.log.BlockCount;
import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.log.ZoneDump;
import dev.quarry.machine.KernelRelease;
import java.util.List;
import java.util.Map;

/**
 * The kernel's test written down once more and straight, for machines with DMA, DMA32, Normal and
 * Movable: what the verdicts are compared with. Knows nothing of the allocator.
 */
final class RulesModel {
  private static final List<String> TYPES = List.of("DMA", "DMA32", "Normal", "Movable");

  private final MemoryReport report;
  private final int order;
  private final boolean high;
  private final boolean waits;
  private final boolean nomemalloc;
  private final boolean movable;
  private final int highest;

  RulesModel(MemoryReport report) {
    this.report = report;
    String flags = report.request().maskNames();
    this.order = report.request().order().getAsInt();
    this.high = flags.contains("ATOMIC");
    this.waits = !high && !flags.contains("NOWAIT");
    this.nomemalloc = flags.contains("NOMEMALLOC");
    this.movable = flags.contains("MOVABLE");
    this.highest = flags.contains("DMA32") ? 1 : flags.contains("GFP_DMA") ? 0 : movable ? 3 : 2;
  }

  private boolean since(int major, int minor) {
    return report.release().isAtLeast(major, minor);
  }

  /** {@code ineligible}, or verdict and margin. */
  String of(ZoneDump zone) {
    String mask = report.request().nodemask();
    boolean nodeAllowed = mask.equals("(null)") || mask.equals("" + zone.node());
    if (TYPES.indexOf(zone.name()) > highest || !nodeAllowed) {
      return "ineligible";
    }
    long rest = (1L << order) - 1;
    long free = pages(zone, "free");
    long reserve = zone.lowmemReserve()[since(5, 8) ? highest : firstIndex(mask)];
    long cma = since(3, 7) && !movable ? pages(zone, "free_cma") : 0;
    long mark = pages(zone, "min");
    long plain = mark - pages(zone, "boost");
    long low = lowered(mark);
    long seen = low;
    long margin = free - rest - highAtomic(zone) - cma - low - reserve;
    if (order == 0 && since(4, 7)) {
      long known = since(5, 9) ? highAtomic(zone) : 0;
      long fast = free - known - cma - mark - reserve;
      seen = fast > margin ? mark : seen;
      margin = Math.max(margin, fast);
    }
    if (order == 0 && since(5, 9) && high) {
      seen = lowered(plain);
      margin = Math.max(margin, free - highAtomic(zone) - cma - seen - reserve);
    }
    return verdict(zone, free - rest > seen, margin, free - rest - cma, low) + " " + margin;
  }

  private String verdict(ZoneDump zone, boolean aboveMark, long margin, long usable, long min) {
    if (margin <= 0) {
      return aboveMark ? "below-min-plus-reserve" : "below-min";
    }
    long inBlocks =
        zone.blocks().stream().filter(b -> b.order() >= order).mapToLong(BlockCount::count).sum();
    if (inBlocks == 0) {
      return "no-block";
    }
    if (!since(4, 4) && order > 0 && !everyOrder(zone, usable, min)) {
      return "no-block";
    }
    return mayTake(zone) ? "passes" : "blocks-unusable-migratetype";
  }

  /** Up to 4.3 blocks below the order stop counting, order by order. */
  private boolean everyOrder(ZoneDump zone, long usable, long min) {
    long left = usable;
    if (since(3, 10) && !movable) {
      left += pages(zone, "free_cma");
    }
    for (int o = 0; o < order; o++) {
      left -= zone.blocks().get(o).count() << o;
      if (left <= min >> (o + 1)) {
        return false;
      }
    }
    return true;
  }

  private boolean mayTake(ZoneDump zone) {
    String usable = "UMER" + (movable ? "C" : "") + (takesHighAtomic() ? "H" : "");
    for (BlockCount block : zone.blocks()) {
      boolean one = block.types().chars().anyMatch(letter -> usable.indexOf(letter) >= 0);
      if (block.order() >= order && block.count() > 0 && one) {
        return true;
      }
    }
    return false;
  }

  private boolean takesHighAtomic() {
    if (order == 0) {
      return since(6, 13) && harder();
    }
    return harder() && (high || !since(6, 18));
  }

  /** ALLOC_HARDER, later ALLOC_NON_BLOCK. */
  private boolean harder() {
    if (nomemalloc && report.release().isAtLeast(new KernelRelease(2, 6, 38))) {
      return false;
    }
    // From 4.4 to 6.2 __GFP_ATOMIC says so, which GFP_NOWAIT does not have.
    return since(4, 4) && !since(6, 3) ? high : !waits;
  }

  private long lowered(long mark) {
    long min = mark;
    if (high) {
      min -= min / 2;
    }
    boolean more = since(6, 3) ? high && harder() : harder();
    return more ? min - min / 4 : min;
  }

  private long highAtomic(ZoneDump zone) {
    boolean rights = harder() || (since(6, 3) && high);
    if (!since(4, 4) || rights) {
      return 0;
    }
    return pages(zone, since(6, 13) ? "free_highatomic" : "reserved_highatomic");
  }

  /** Before 5.8 the first zone of the zonelist counts; only node 0 has zones below Normal. */
  private int firstIndex(String mask) {
    return mask.equals("1") ? 2 : Math.min(highest, 2);
  }

  private static long pages(ZoneDump zone, String counter) {
    Map<String, Long> kb = zone.kilobytes();
    return kb.getOrDefault(counter, 0L) / 4;
  }
}
