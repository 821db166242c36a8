package dev.quarry.physical;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The report about a frame in a state that it must not have: {@code bad_page} (mm/page_alloc.c) and
 * {@code dump_page} (mm/debug.c), 6.18. A burst of 60 reports is written, then they are only
 * counted.
 */
final class BadPage {
  private static final int BURST = 60;
  private static final List<String> FLAG_NAMES =
      List.of(
          "locked",
          "pcp",
          "referenced",
          "uptodate",
          "dirty",
          "lru",
          "active",
          "slab",
          "writeback",
          "reclaim",
          "buddy",
          "pfmemalloc",
          "anon",
          "swapcache",
          "swapbacked",
          "head",
          "isolated",
          "huge",
          "unevictable",
          "hwpoison",
          "anonexclusive",
          "ksm",
          "thp",
          "offline",
          "zero_page",
          "idle",
          "pgtable");

  private final PhysicalMemory memory;
  private final AtomicLong reports = new AtomicLong();

  BadPage(PhysicalMemory memory) {
    this.memory = memory;
  }

  /** How many reports there were, written or not. */
  long count() {
    return reports.get();
  }

  void report(int pfn, String reason) {
    long number = reports.incrementAndGet();
    if (number > BURST) {
      return;
    }
    MemMap map = memory.map();
    long state = map.state(pfn);
    String text =
        String.format(
            Locale.ROOT,
            "BUG: Bad page state in process quarry  pfn:%05x%n"
                + "page: refcount:%d mapcount:%d mapping:%016x index:0x%x pfn:0x%x%n"
                + "flags: 0x%x(%s)%n"
                + "page dumped because: %s",
            pfn,
            PageState.refcount(state),
            map.mapcount(pfn),
            map.mapping(pfn),
            map.index(pfn),
            pfn,
            PageState.flags(state),
            flagNames(pfn, state),
            reason);
    memory.log().print(text);
    if (number == BURST) {
      memory.log().print("BUG: Bad page state: further messages suppressed");
    }
  }

  private String flagNames(int pfn, long state) {
    List<String> names = new ArrayList<>();
    for (int bit = 0; bit < FLAG_NAMES.size(); bit++) {
      if ((PageState.flags(state) >>> bit & 1) != 0) {
        names.add(FLAG_NAMES.get(bit));
      }
    }
    if (PageState.isHead(state)) {
      names.add("order=" + PageState.order(state));
    }
    Zone zone = memory.zoneOf(pfn);
    if (zone != null) {
      names.add("node=" + zone.node().id());
      names.add("zone=" + zone.index());
    }
    return String.join("|", names);
  }
}
