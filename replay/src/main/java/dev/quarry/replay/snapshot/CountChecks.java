package dev.quarry.replay.snapshot;

import dev.quarry.machine.ZoneType;
import dev.quarry.replay.read.Place;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntToLongFunction;
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
      if (!counts.isEmpty()) {
        Place place = counts.getLast().place();
        compare("pagetypeinfo", place, line, order -> sumOfTypes(counts, line, order));
      }
    }
  }

  /**
   * What the types have together; where one of them was not counted to its end, what buddyinfo has.
   */
  private static long sumOfTypes(
      List<PageTypeInfo.FreeCounts> types, BuddyInfo.Zone line, int order) {
    long sum = 0;
    for (PageTypeInfo.FreeCounts counts : types) {
      if (counts.isCapped(order)) {
        return line.blocks().get(order);
      }
      sum += counts.blocks().get(order);
    }
    return sum;
  }

  private void lists(BuddyInfo buddy) {
    Map<ZoneType, Long> zonesOfType =
        buddy.zones().stream()
            .collect(Collectors.groupingBy(line -> line.id().type(), Collectors.counting()));
    for (BuddyInfo.Zone line : buddy.zones()) {
      ZoneType type = line.id().type();
      Optional<ExactState.Zone> exactZone =
          line.id().node() == 0 ? snapshot.exact().flatMap(e -> e.zone(type)) : Optional.empty();
      if (exactZone.isPresent()) {
        List<ExactState.FreeList> own =
            snapshot.exact().orElseThrow().freeLists().stream()
                .filter(list -> list.zone() == type)
                .toList();
        compare("exact", exactZone.get().place(), line, order -> blocksOf(own, order));
      }
      if (snapshot.freeBlocks().isPresent() && zonesOfType.getOrDefault(type, 0L) == 1) {
        for (FreeBlocks.Zone zone : snapshot.freeBlocks().get().zones()) {
          if (zone.type() == type) {
            compare("free_blocks", line.place(), line, order -> zone.blocks(order).size());
          }
        }
      }
    }
  }

  private static long blocksOf(List<ExactState.FreeList> lists, int order) {
    return lists.stream()
        .filter(list -> list.order() == order)
        .mapToLong(list -> list.blocks().size())
        .sum();
  }

  /** One note for all orders in which a file and buddyinfo differ. */
  private void compare(String file, Place place, BuddyInfo.Zone line, IntToLongFunction blocks) {
    long differ = 0;
    StringBuilder orders = new StringBuilder();
    for (int order = 0; order < line.blocks().size(); order++) {
      long found = blocks.applyAsLong(order);
      long expected = line.blocks().get(order);
      if (found != expected) {
        differ += Math.abs(found - expected);
        orders.append("; order ").append(order).append(": ").append(found);
        orders.append(" and ").append(expected);
      }
    }
    if (differ > 0) {
      findings.note(
          place,
          line.id() + ": " + file + " and buddyinfo differ by " + differ + " blocks" + orders);
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
            "zone "
                + cpu.zone().label()
                + " CPU "
                + cpu.cpu()
                + ": the lists have "
                + listed
                + " pages, the count is "
                + cpu.count());
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

  private void pageblocks(ExactState exact, PageTypeInfo.BlockCounts counts, ZoneInfo.Zone zone) {
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
            counts.id()
                + " has "
                + counts.blocks().get(type)
                + " pageblocks of type "
                + types.migrateTypes().get(type)
                + "; exact has "
                + found[type]);
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
