package dev.quarry.explain.remedy;

import dev.quarry.explain.twin.Asked;
import dev.quarry.explain.twin.TwinPlan;
import dev.quarry.explain.twin.ZonePlan;
import dev.quarry.explain.verdict.Remedy;
import dev.quarry.explain.verdict.Words;
import dev.quarry.physical.FragmentationIndex;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.MigrateType;
import dev.quarry.physical.ZoneCounters;
import java.util.List;

/**
 * Compaction before the request came. A log does not say which frames held pages that could move,
 * so the twin has none for compaction to work on, and this is an estimate by the questions that the
 * kernel asks before it compacts: would single pages pass with room for the copies ({@code
 * compaction_suitable}: {@code 2 << order} pages more), and is fragmentation the trouble rather
 * than lack of memory ({@code fragmentation_index}, mm/vmstat.c, above 500)? And it needs
 * pageblocks with movable pages.
 */
final class Compaction implements Knob {
  private static final String KNOB = "compaction first";
  private static final int EXTFRAG_THRESHOLD = 500;

  @Override
  public List<Remedy> search(Experiment experiment) {
    Asked asked = experiment.asked();
    if (asked.order() == 0) {
      return List.of();
    }
    Experiment.Run room =
        Experiment.run(
            experiment.plan().with(zone -> lessFree(zone, 2L << asked.order())),
            asked.withOrder(0),
            twin -> {});
    for (ZonePlan zone : experiment.zones()) {
      boolean roomHere = room.passed() && zone.dump().equals(servedBy(room));
      if (roomHere && isFragmented(zone, asked.order()) && hasMovable(zone)) {
        return List.of(
            Tried.mayHelp(
                KNOB,
                null,
                "compact " + TwinPlan.name(zone.dump()) + " (vm.compact_memory)",
                room,
                0,
                "estimate from free blocks by order and pageblock letters: "
                    + Words.pages(zone.counters().free())
                    + " are free there in small blocks; "
                    + itself(asked)));
      }
    }
    String why =
        room.passed()
            ? "the zone with room for it has no movable pages, or blocks enough"
            : "no zone has room to compact: " + experiment.refusal(room);
    return List.of(Tried.helpsNot(KNOB, null, why));
  }

  private static Object servedBy(Experiment.Run run) {
    ZonePlan zone = run.servedBy();
    return zone == null ? run : zone.dump();
  }

  /**
   * Whether the request could have compacted by itself: {@code try_to_compact_pages} asks for I/O.
   */
  private static String itself(Asked asked) {
    if (!Gfp.mayBlock(asked.gfp())) {
      return "the request could not compact by itself, as it may not sleep";
    }
    return (asked.gfp() & Gfp.IO) == 0
        ? "the request could not compact by itself, without __GFP_IO"
        : "the request could compact by itself, and that did not suffice";
  }

  private static boolean isFragmented(ZonePlan zone, int order) {
    long[] blocks = zone.nrFree().stream().mapToLong(Long::longValue).toArray();
    return FragmentationIndex.external(blocks, order) > EXTFRAG_THRESHOLD;
  }

  private static boolean hasMovable(ZonePlan zone) {
    return zone.types().stream().anyMatch(lists -> (lists >>> MigrateType.MOVABLE & 1) != 0);
  }

  private static ZonePlan lessFree(ZonePlan zone, long pages) {
    ZoneCounters now = zone.counters();
    return zone.withCounters(
        new ZoneCounters(
            now.free() - pages, now.freeCma(), now.reservedHighatomic(), now.freeHighatomic()));
  }
}
