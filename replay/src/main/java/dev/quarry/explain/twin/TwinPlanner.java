package dev.quarry.explain.twin;

import dev.quarry.explain.log.BlockCount;
import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.log.ZoneDump;
import dev.quarry.machine.KernelRelease;
import dev.quarry.machine.ZoneType;
import dev.quarry.physical.AllocRules;
import dev.quarry.physical.NodeSet;
import dev.quarry.physical.ZoneCounters;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Makes the {@link TwinPlan} of a report, and collects what the log does not tell. */
public final class TwinPlanner {
  private static final int USUAL_MAX_ORDER = 10;
  private static final int LARGEST_MAX_ORDER = 20;
  private static final int USUAL_PAGE_KB = 4;
  private static final int LARGEST_PAGE_KB = 64;

  /** Counters beyond this are no machine's: 4 EiB in pages of 4 KiB. */
  private static final long MOST_PAGES = 1L << 50;

  private final MemoryReport report;
  private final List<String> caveats = new ArrayList<>();
  private final KernelRelease release;
  private final AllocRules rules;
  private final int pageKb;
  private final int maxOrder;
  private final List<ZoneType> types;
  private final List<ZonePlan> zones = new ArrayList<>();

  /** Plans the twin of a report. */
  public TwinPlanner(MemoryReport report) {
    this.report = report;
    this.release = Releases.of(report, caveats);
    this.rules = AllocRules.of(release);
    this.pageKb = pageKb();
    this.maxOrder = maxOrder();
    this.types = BuiltZones.of(report, release, caveats);
    Set<String> seen = new HashSet<>();
    for (ZoneDump dump : report.zones()) {
      Optional<ZoneType> type = dump.type();
      if (type.isEmpty()) {
        caveats.add(TwinPlan.name(dump) + " is no zone that the twin can have: left out");
      } else if (dump.node() < 0 || dump.node() > NodeSet.HIGHEST) {
        caveats.add("node " + dump.node() + " is not 0 to " + NodeSet.HIGHEST + ": left out");
      } else if (!seen.add(TwinPlan.name(dump))) {
        caveats.add(TwinPlan.name(dump) + " is shown twice: the second is left out");
      } else {
        zones.add(zone(dump, type.get()));
      }
    }
  }

  /** The plan. */
  public TwinPlan plan() {
    return new TwinPlan(release, shift(pageKb), maxOrder, types, zones);
  }

  /** What the log does not say, and what is assumed for it, in sentences. */
  public List<String> caveats() {
    return List.copyOf(caveats);
  }

  private int pageKb() {
    int kb = report.pageKb();
    if (Integer.bitCount(kb) == 1 && kb >= USUAL_PAGE_KB && kb <= LARGEST_PAGE_KB) {
      return kb;
    }
    caveats.add("a page of " + kb + " kB cannot be: pages are taken to have 4 kB");
    return USUAL_PAGE_KB;
  }

  private static int shift(int pageKb) {
    return Integer.numberOfTrailingZeros(pageKb) + 10;
  }

  /** The largest order is the last one listed; a request above it cannot be served by anyone. */
  private int maxOrder() {
    int listed = -1;
    for (ZoneDump zone : report.zones()) {
      List<BlockCount> blocks = zone.blocks();
      if (blocks != null && !blocks.isEmpty()) {
        listed = Math.max(listed, blocks.getLast().order());
      }
    }
    int largest = listed < 0 ? USUAL_MAX_ORDER : listed;
    int asked = report.request() == null ? 0 : report.request().order().orElse(0);
    if (asked > largest) {
      caveats.add("order " + asked + " is above the largest order of the machine, " + largest);
    }
    return Math.clamp(Math.max(largest, asked), 0, LARGEST_MAX_ORDER);
  }

  private ZonePlan zone(ZoneDump dump, ZoneType type) {
    FreeLists lists = FreeLists.of(dump, maxOrder + 1, caveats);
    long boost = pages(dump, "boost");
    long min = pages(dump, "min");
    if (boost > min) {
      caveats.add(
          TwinPlan.name(dump) + ": boost " + boost + " is above the min mark " + min + ": ignored");
      boost = 0;
    }
    long free = pages(dump, "free");
    long present = pages(dump, "present");
    long managed = dump.has("managed") ? pages(dump, "managed") : present;
    if (!dump.has("present") && !dump.has("managed")) {
      present = Math.max(free, dump.blocks() == null || !dump.blocks().isEmpty() ? 1 : 0);
      managed = present;
      caveats.add(TwinPlan.name(dump) + ": its size is not in the log");
    }
    if (free > managed && managed > 0) {
      caveats.add(
          TwinPlan.name(dump) + ": " + free + " free pages of " + managed + " managed contradict");
    }
    return new ZonePlan(
        dump,
        type,
        managed,
        Math.max(present, managed),
        min - boost,
        Math.max(0, pages(dump, "low") - boost),
        Math.max(0, pages(dump, "high") - boost),
        boost,
        counters(dump, free),
        reserves(dump),
        lists.nrFree(),
        lists.types());
  }

  /**
   * A term that is not printed counts 0. Up to 6.12 the log has only what is reserved, free or not;
   * what of it is free is printed since 6.16.
   */
  private ZoneCounters counters(ZoneDump dump, long free) {
    long reserved = pages(dump, "reserved_highatomic");
    if (rules.exactFreeHighAtomic() && reserved > 0 && !dump.has("free_highatomic")) {
      caveats.add(
          TwinPlan.name(dump)
              + ": the log does not tell how much of the high-atomic reserve is free: none of it");
    }
    return new ZoneCounters(free, freeCma(dump), reserved, pages(dump, "free_highatomic"));
  }

  /** Where only a total is printed and there is one zone, it is that zone's. */
  private long freeCma(ZoneDump dump) {
    OptionalLong total = report.counter("free_cma");
    if (dump.has("free_cma") || report.zones().size() > 1 || total.isEmpty()) {
      return pages(dump, "free_cma");
    }
    return Math.clamp(total.getAsLong(), 0, MOST_PAGES);
  }

  private List<Long> reserves(ZoneDump dump) {
    List<Long> reserves = new ArrayList<>();
    long[] logged = dump.lowmemReserve();
    if (logged == null) {
      caveats.add(TwinPlan.name(dump) + ": lowmem_reserve[] is not in the log: taken for 0");
    }
    for (int index = 0; index < types.size(); index++) {
      long pages = logged == null || index >= logged.length ? 0 : logged[index];
      reserves.add(Math.clamp(pages, 0, MOST_PAGES));
    }
    return reserves;
  }

  private long pages(ZoneDump dump, String counter) {
    long kb = dump.kb(counter);
    if (kb < 0) {
      caveats.add(TwinPlan.name(dump) + ": " + counter + ":" + kb + "kB is taken for 0");
    }
    return Math.clamp(kb / pageKb, 0, MOST_PAGES);
  }
}
