package dev.quarry.replay.snapshot;

import dev.quarry.machine.ZoneType;
import dev.quarry.replay.read.Place;
import java.util.List;
import java.util.Optional;

/** Checks every block on every list: its order, its zone, and that it is on one list only. */
final class ListChecks {
  /** Classes of frames that the allocator never has. */
  private static final String NEVER_FREE = "RNZ";

  private final Snapshot snapshot;
  private final ZoneInfo zoneInfo;
  private final Findings findings;
  private final int maxOrder;

  ListChecks(Snapshot snapshot, ZoneInfo zoneInfo, Findings findings) {
    this.snapshot = snapshot;
    this.zoneInfo = zoneInfo;
    this.findings = findings;
    this.maxOrder = snapshot.maxOrder().orElse(Limits.MAX_ORDERS - 1);
  }

  void check() {
    snapshot.exact().ifPresent(this::exact);
    snapshot.freeBlocks().ifPresent(this::freeBlocks);
  }

  private void exact(ExactState exact) {
    for (ExactState.Zone zone : exact.zones()) {
      sameZone(zone);
    }
    FrameSet seen = new FrameSet(zoneInfo.endPfn());
    int types = snapshot.pageTypeInfo().map(info -> info.migrateTypes().size()).orElse(16);
    for (ExactState.FreeList list : exact.freeLists()) {
      if (list.migrateType() >= types) {
        findings.fatal(
            list.place(),
            "migrate type " + list.migrateType() + " is above the kernel's last, " + (types - 1));
      }
      list(list.zone(), list.order(), list.blocks(), list.place(), seen);
    }
    int huge = snapshot.pageTypeInfo().map(PageTypeInfo::pageblockOrder).orElse(0);
    for (ExactState.PerCpuList list : exact.perCpuLists()) {
      list(list.zone(), list.order(huge), list.blocks(), list.place(), seen);
    }
  }

  private void sameZone(ExactState.Zone zone) {
    Optional<ZoneInfo.Zone> same =
        zoneInfo.zones().stream()
            .filter(other -> other.id().type() == zone.type() && other.isPopulated())
            .findFirst();
    if (same.isEmpty()) {
      findings.fatal(zone.place(), "zoneinfo has no zone " + zone.type().label() + " with pages");
    } else if (same.get().startPfn() != zone.startPfn()) {
      findings.fatal(
          zone.place(),
          "zone "
              + zone.type().label()
              + " begins at frame "
              + zone.startPfn()
              + "; zoneinfo says "
              + same.get().startPfn());
    }
  }

  private void freeBlocks(FreeBlocks free) {
    FrameSet seen = new FrameSet(zoneInfo.endPfn());
    for (FreeBlocks.Zone zone : free.zones()) {
      for (FreeBlocks.Order line : zone.orders()) {
        list(zone.type(), line.order(), line.blocks(), line.place(), seen);
      }
    }
  }

  private void list(ZoneType type, int order, FrameList blocks, Place place, FrameSet seen) {
    if (order > maxOrder) {
      findings.fatal(place, "order " + order + " is above the machine's largest order " + maxOrder);
      return;
    }
    List<ZoneInfo.Zone> zones =
        zoneInfo.zones().stream()
            .filter(zone -> zone.id().type() == type && zone.isPopulated())
            .toList();
    for (int i = 0; i < blocks.size() && findings.wantsMore(); i++) {
      block(zones, type, order, blocks.get(i), place, seen);
    }
  }

  private void block(
      List<ZoneInfo.Zone> zones, ZoneType type, int order, int pfn, Place place, FrameSet seen) {
    long end = pfn + (1L << order);
    String block = "pfn " + pfn + " (0x" + Integer.toHexString(pfn) + ") of order " + order;
    if ((pfn & (1 << order) - 1) != 0) {
      findings.fatal(place, block + " does not begin at a multiple of " + (1 << order));
    } else if (zones.stream().noneMatch(z -> pfn >= z.startPfn() && end <= z.endPfn())) {
      findings.fatal(place, block + " is outside of zone " + type.label() + spans(zones));
    } else {
      int twice = seen.add(pfn, order);
      if (twice != FrameSet.NONE) {
        findings.fatal(place, block + " has frame " + twice + ", which is on a list already");
      }
      neverFree(block, pfn, (int) end, place);
    }
  }

  private static String spans(List<ZoneInfo.Zone> zones) {
    StringBuilder spans = new StringBuilder();
    for (ZoneInfo.Zone zone : zones) {
      spans.append(", frames ").append(zone.startPfn()).append(" to ").append(zone.endPfn() - 1);
    }
    return spans.toString();
  }

  private void neverFree(String block, int pfn, int end, Place place) {
    if (snapshot.classes().isEmpty()) {
      return;
    }
    PageClasses classes = snapshot.classes().get();
    if (end > classes.endPfn()) {
      return;
    }
    for (int run = classes.runOf(pfn); run < classes.size() && classes.start(run) < end; run++) {
      if (NEVER_FREE.indexOf(classes.letter(run)) >= 0) {
        int frame = Math.max(pfn, classes.start(run));
        findings.fatal(
            place,
            block
                + " has frame "
                + frame
                + ", which is of class "
                + classes.letter(run)
                + " and never free");
        return;
      }
    }
  }
}
