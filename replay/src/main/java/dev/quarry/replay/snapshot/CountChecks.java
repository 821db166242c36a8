package dev.quarry.replay.snapshot;

import dev.quarry.machine.ZoneType;
import dev.quarry.replay.read.Place;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Holds the counts of a snapshot's files against each other. */
final class CountChecks {
  private final Snapshot snapshot;
  private final Findings findings;

  private CountChecks(Snapshot snapshot, Findings findings) {
    this.snapshot = snapshot;
    this.findings = findings;
  }

  static void check(Snapshot snapshot, Findings findings) {
    CountChecks checks = new CountChecks(snapshot, findings);
    snapshot.buddyInfo().ifPresent(checks::buddyZones);
    snapshot.buddyInfo().ifPresent(checks::types);
    snapshot.buddyInfo().ifPresent(checks::lists);
    snapshot.exact().ifPresent(checks::perCpuCounts);
    snapshot.exact().ifPresent(checks::pageblocks);
    snapshot.classes().ifPresent(checks::classes);
  }

  private void buddyZones(BuddyInfo buddy) {
    if (snapshot.zoneInfo().isEmpty()) {
      return;
    }
    ZoneInfo zoneInfo = snapshot.zoneInfo().get();
    for (BuddyInfo.Zone line : buddy.zones()) {
      long managed = zoneInfo.zone(line.id()).map(zone -> zone.size().managed()).orElse(0L);
      if (line.pages() > managed) {
        findings.fatal(
            line.place(),
            line.id() + " has " + line.pages() + " free pages; zoneinfo manages " + managed);
      }
    }
  }

  private void types(BuddyInfo buddy) {
    if (snapshot.pageTypeInfo().isEmpty()) {
      return;
    }
    PageTypeInfo types = snapshot.pageTypeInfo().get();
    if (types.nrOrders() != buddy.nrOrders()) {
      findings.fatal(
          types.free().getFirst().place(),
          "there are " + types.nrOrders() + " orders; buddyinfo has " + buddy.nrOrders());
      return;
    }
    Map<ZoneId, List<PageTypeInfo.FreeCounts>> byZone =
        types.free().stream().collect(Collectors.groupingBy(PageTypeInfo.FreeCounts::id));
    for (BuddyInfo.Zone line : buddy.zones()) {
      List<PageTypeInfo.FreeCounts> counts = byZone.getOrDefault(line.id(), List.of());
      for (int order = 0; order < buddy.nrOrders() && !counts.isEmpty(); order++) {
        typesOf(counts, line, order);
      }
    }
  }

  private void typesOf(List<PageTypeInfo.FreeCounts> types, BuddyInfo.Zone line, int order) {
    long sum = 0;
    for (PageTypeInfo.FreeCounts counts : types) {
      if (counts.isCapped(order)) {
        return;
      }
      sum += counts.blocks().get(order);
    }
    compare(types.getLast().place(), line, order, "the types have", sum);
  }

  private void compare(Place place, BuddyInfo.Zone line, int order, String what, long blocks) {
    if (blocks != line.blocks().get(order)) {
      findings.note(
          place,
          line.id() + " order " + order + ": " + what + " " + blocks + " blocks, buddyinfo has "
              + line.blocks().get(order));
    }
  }

  private void lists(BuddyInfo buddy) {
    Map<ZoneType, Long> zonesOfType =
        buddy.zones().stream()
            .collect(Collectors.groupingBy(line -> line.id().type(), Collectors.counting()));
    for (BuddyInfo.Zone line : buddy.zones()) {
      ZoneType type = line.id().type();
      boolean inExact =
          line.id().node() == 0 && snapshot.exact().flatMap(e -> e.zone(type)).isPresent();
      boolean only = zonesOfType.getOrDefault(type, 0L) == 1;
      for (int order = 0; order < buddy.nrOrders(); order++) {
        if (inExact) {
          exactCount(snapshot.exact().orElseThrow(), line, order);
        }
        if (only) {
          freeBlocksCount(line, order);
        }
      }
    }
  }

  private void exactCount(ExactState exact, BuddyInfo.Zone line, int order) {
    long blocks = 0;
    Place place = exact.zone(line.id().type()).orElseThrow().place();
    for (ExactState.FreeList list : exact.freeLists()) {
      if (list.zone() == line.id().type() && list.order() == order) {
        blocks += list.blocks().size();
        place = list.place();
      }
    }
    compare(place, line, order, "the lists have", blocks);
  }

  private void freeBlocksCount(BuddyInfo.Zone line, int order) {
    if (snapshot.freeBlocks().isEmpty()) {
      return;
    }
    for (FreeBlocks.Zone zone : snapshot.freeBlocks().get().zones()) {
      if (zone.type() == line.id().type()) {
        compare(line.place(), line, order, "free_blocks has", zone.blocks(order).size());
      }
    }
  }

  private void perCpuCounts(ExactState exact) {
    int huge = snapshot.pageTypeInfo().map(PageTypeInfo::pageblockOrder).orElse(0);
    Map<ZoneType, Map<Integer, Long>> pages = new EnumMap<>(ZoneType.class);
    for (ExactState.PerCpuList list : exact.perCpuLists()) {
      if (list.isHuge() && huge == 0) {
        return;
      }
      pages
          .computeIfAbsent(list.zone(), _ -> new HashMap<>())
          .merge(list.cpu(), (long) list.blocks().size() << list.order(huge), Long::sum);
    }
    for (ExactState.PerCpu cpu : exact.perCpu()) {
      long listed = pages.getOrDefault(cpu.zone(), Map.of()).getOrDefault(cpu.cpu(), 0L);
      if (listed != cpu.count()) {
        findings.note(
            cpu.place(),
            "zone " + cpu.zone().label() + " CPU " + cpu.cpu() + ": the lists have " + listed
                + " pages, the count is " + cpu.count());
      }
    }
  }

  private void pageblocks(ExactState exact) {
    if (snapshot.pageTypeInfo().isEmpty() || snapshot.zoneInfo().isEmpty()) {
      return;
    }
    PageTypeInfo types = snapshot.pageTypeInfo().get();
    for (PageTypeInfo.BlockCounts counts : types.pageblocks()) {
      if (counts.id().node() == 0) {
        snapshot.zoneInfo().get().zone(counts.id()).ifPresent(z -> pageblocks(exact, counts, z));
      }
    }
  }

  private void pageblocks(
      ExactState exact, PageTypeInfo.BlockCounts counts, ZoneInfo.Zone zone) {
    PageTypeInfo types = snapshot.pageTypeInfo().orElseThrow();
    long[] found = new long[16];
    exact
        .pageblocks()
        .forEachBlock(
            types.pageblockOrder(),
            (pfn, type) -> {
              long end = pfn + (1L << types.pageblockOrder());
              found[type] += pfn < zone.endPfn() && end > zone.startPfn() ? 1 : 0;
            });
    for (int type = 0; type < counts.blocks().size() && !exact.pageblocks().isEmpty(); type++) {
      if (found[type] != counts.blocks().get(type)) {
        findings.note(
            counts.place(),
            counts.id() + " has " + counts.blocks().get(type) + " pageblocks of type "
                + types.migrateTypes().get(type) + "; exact has " + found[type]);
      }
    }
  }

  private void classes(PageClasses classes) {
    int end = snapshot.zoneInfo().map(ZoneInfo::endPfn).orElse(classes.endPfn());
    if (classes.endPfn() < end) {
      findings.note(
          classes.place(),
          "the runs end at frame " + classes.endPfn() + ", the zones at frame " + end);
    }
  }
}
