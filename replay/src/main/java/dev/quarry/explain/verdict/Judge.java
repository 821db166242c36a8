package dev.quarry.explain.verdict;

import dev.quarry.explain.log.BlockCount;
import dev.quarry.explain.log.ZoneDump;
import dev.quarry.explain.twin.Asked;
import dev.quarry.explain.twin.Twin;
import dev.quarry.explain.twin.TwinPlan;
import dev.quarry.explain.twin.ZonePlan;
import dev.quarry.physical.AllocTrial;
import dev.quarry.physical.NodeSet;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.Trail;
import dev.quarry.physical.TrailStep;
import dev.quarry.physical.Zone;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks the twin's allocator about each zone of the log: its test at the min mark with the rights of
 * the slow path, and, where that passes, for a block. An ordinary request ends at the first zone
 * that serves it; here every zone of the zonelist gets its answer.
 */
public final class Judge {
  private final TwinPlan plan;
  private final Asked asked;

  /** The largest order that a list of free blocks of the log goes to. */
  private final int lastOrder;

  /** A judge of one request. */
  public Judge(TwinPlan plan, Asked asked) {
    this.plan = plan;
    this.asked = asked;
    this.lastOrder = plan.zones().stream().mapToInt(zone -> lastOrder(zone.dump())).max().orElse(0);
  }

  /**
   * The verdict of each zone that the log shows: those of the zonelist in its order, then the rest.
   */
  public List<ZoneVerdict> zones(List<ZoneDump> shown) {
    List<ZoneVerdict> verdicts = new ArrayList<>();
    List<ZoneDump> rest = new ArrayList<>(shown);
    if (Twin.isPossible(plan)) {
      try (Twin twin = Twin.boot(plan)) {
        AllocTrial trial = twin.trial(asked, new Trail());
        for (Zone zone : trial.zonelist()) {
          ZonePlan from = twin.planOf(zone).orElseThrow();
          if (trial.allows(zone)) {
            verdicts.add(verdict(trial, zone, from, verdicts.size()));
            rest.remove(from.dump());
          }
        }
      }
    }
    rest.forEach(dump -> verdicts.add(notTried(dump, whyNot(dump))));
    return verdicts;
  }

  /** Zones of a log without a request that could be tried. */
  public static List<ZoneVerdict> noRequest(List<ZoneDump> shown) {
    return shown.stream().map(dump -> notTried(dump, "no request was tried")).toList();
  }

  private ZoneVerdict verdict(AllocTrial trial, Zone zone, ZonePlan from, int rank) {
    boolean passesAtHigh = trial.testAtHigh(zone).passed();
    TrailStep.Test test = trial.testAtMin(zone);
    boolean served = test.passed() && trial.takeFrom(zone) != Pfn.NONE;
    ZoneVerdict.Arithmetic terms =
        new ZoneVerdict.Arithmetic(
            test.free(),
            test.restOfBlock(),
            test.highAtomic(),
            test.cma(),
            test.mark(),
            test.boost(),
            test.lowered(),
            test.reserve());
    Verdict verdict = served ? Verdict.PASSES : refusal(test, from);
    boolean refused = !served && verdict != Verdict.UNKNOWN;
    Term term = refused ? Terms.deciding(verdict, terms) : null;
    return new ZoneVerdict(from.dump(), rank, true, null, verdict, term, terms, passesAtHigh);
  }

  /** Which of the allocator's refusals it was. */
  private Verdict refusal(TrailStep.Test test, ZonePlan from) {
    if (test.margin() <= 0) {
      boolean enoughForMark = test.free() - test.restOfBlock() > test.lowered();
      return enoughForMark ? Verdict.BELOW_MIN_PLUS_RESERVE : Verdict.BELOW_MIN;
    }
    // The test or the lists refused, although there are pages enough.
    if (!showsBlocks(from.dump())) {
      return Verdict.UNKNOWN;
    }
    boolean tooFewLeft = !test.passed() && test.blockFits();
    boolean none = from.pagesInBlocks(asked.order()) == 0;
    return none || tooFewLeft ? Verdict.NO_BLOCK : Verdict.BLOCKS_UNUSABLE;
  }

  /** Whether a zone's list of blocks is there, and goes as far as those of the others. */
  private boolean showsBlocks(ZoneDump zone) {
    List<BlockCount> blocks = zone.blocks();
    return blocks != null && (blocks.isEmpty() || blocks.getLast().order() >= lastOrder);
  }

  private static int lastOrder(ZoneDump zone) {
    List<BlockCount> blocks = zone.blocks();
    return blocks == null || blocks.isEmpty() ? 0 : blocks.getLast().order();
  }

  private static ZoneVerdict notTried(ZoneDump dump, String why) {
    return new ZoneVerdict(dump, ZoneVerdict.NOT_TRIED, false, why, null, null, null, false);
  }

  private String whyNot(ZoneDump dump) {
    ZonePlan zone = plan.zone(dump).orElse(null);
    if (zone == null) {
      return "it is not part of the twin";
    }
    if (!zone.isPopulated()) {
      return "it has no memory";
    }
    if (new NodeSet(asked.nodeMask()).contains(zone.node())) {
      return zone.managed() == 0
          ? "the allocator manages none of its pages"
          : "the request's flags do not allow its zone type, or only another node";
    }
    return "the request's nodemask does not allow node " + zone.node();
  }
}
