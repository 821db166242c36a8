package dev.quarry.explain.verdict;

import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.twin.TwinPlan;
import dev.quarry.explain.twin.ZonePlan;
import dev.quarry.physical.AllocRules;
import dev.quarry.physical.MigrateType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The verdict in one plain sentence: the zones in the order in which they were tried. */
public final class Sentence {
  private static final int MOST_REASONS = 4;

  private final MemoryReport report;
  private final TwinPlan plan;
  private final List<ZoneVerdict> zones;
  private final List<String> causes;

  /**
   * A sentence about a report.
   *
   * @param causes where the snapshot does not explain it
   */
  public Sentence(
      MemoryReport report, TwinPlan plan, List<ZoneVerdict> zones, List<String> causes) {
    this.report = report;
    this.plan = plan;
    this.zones = zones;
    this.causes = causes;
  }

  /** The sentence. */
  public String text() {
    List<ZoneVerdict> eligible = zones.stream().filter(ZoneVerdict::eligible).toList();
    if (eligible.isEmpty()) {
      return causes.isEmpty()
          ? "No zone that the log shows may serve this request" + noneMay() + "."
          : "The snapshot alone does not explain this: " + causes.getFirst() + ".";
    }
    List<ZoneVerdict> passing = with(eligible, Verdict.PASSES);
    if (!passing.isEmpty()) {
      String cause = causes.isEmpty() ? "" : ": " + causes.getFirst();
      return "The snapshot alone does not explain this, as "
          + Words.list(passing.stream().map(this::passes).toList())
          + cause
          + ".";
    }
    List<String> clauses = new ArrayList<>();
    List<String> keptBack = new ArrayList<>();
    for (ZoneVerdict zone : eligible) {
      if (zone.term() == Term.LOWMEM_RESERVE && eligible.size() > 1) {
        keptBack.add(TwinPlan.name(zone.zone()));
      } else {
        clauses.add(refusal(zone));
      }
    }
    if (!keptBack.isEmpty()) {
      String are = keptBack.size() == 1 ? " is" : " are";
      clauses.add(Words.list(keptBack) + are + " kept back by lowmem_reserve");
    }
    String text = String.join("; ", clauses);
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1) + ".";
  }

  /** The zones shown, and why not: the log may show only those of a cpuset's nodes. */
  private String noneMay() {
    List<String> why =
        zones.stream()
            .limit(MOST_REASONS)
            .map(zone -> TwinPlan.name(zone.zone()) + ": " + zone.whyNot())
            .toList();
    return why.isEmpty() ? "" : ": " + String.join("; ", why);
  }

  private static List<ZoneVerdict> with(List<ZoneVerdict> zones, Verdict verdict) {
    return zones.stream().filter(zone -> zone.verdict() == verdict).toList();
  }

  private String passes(ZoneVerdict zone) {
    ZoneVerdict.Arithmetic test = tested(zone);
    return TwinPlan.name(zone.zone())
        + " has "
        + Words.pages(test.free())
        + " free, "
        + Words.count(test.margin())
        + " more than the request needs"
        + (order() == 0 ? "" : " and a block for it");
  }

  private int order() {
    return report.request() == null ? 0 : report.request().order().orElse(0);
  }

  private String refusal(ZoneVerdict zone) {
    ZoneVerdict.Arithmetic test = tested(zone);
    String name = TwinPlan.name(zone.zone());
    String has = name + " has " + Words.count(test.free()) + " free pages";
    return switch (zone.verdict()) {
      case NO_BLOCK -> has + more(test) + noBlock(zone);
      case UNKNOWN ->
          has + more(test) + "the log does not show whether one block is " + orMore().strip();
      case BLOCKS_UNUSABLE -> has + more(test) + "all its blocks " + orMore() + unusable(zone);
      case BELOW_MIN ->
          has + ", " + Words.count(1 - test.margin()) + " fewer than it needs" + mark(test);
      case BELOW_MIN_PLUS_RESERVE -> has + reserves(zone, test);
      case null, default -> name + " passes";
    };
  }

  private static String more(ZoneVerdict.Arithmetic test) {
    return ", " + Words.count(test.margin()) + " more than the request needs, but ";
  }

  private String orMore() {
    return "of " + Words.order(order(), plan.pageKb()) + " or more ";
  }

  private String noBlock(ZoneVerdict zone) {
    return plan.zone(zone.zone())
        .filter(from -> from.pagesInBlocks(order()) > 0)
        .map(from ->
            OrderByOrder.of(from, tested(zone), order(), AllocRules.of(plan.release()))
                .text(plan.pageKb()))
        .orElseGet(() -> "none of them in a block " + orMore().strip());
  }

  private String unusable(ZoneVerdict zone) {
    ZonePlan from = plan.zone(zone.zone()).orElseThrow();
    int types = 0;
    for (int order = order(); order < from.types().size(); order++) {
      types |= from.types().get(order);
    }
    List<String> names = new ArrayList<>();
    for (int type = 0; type < MigrateType.COUNT; type++) {
      if ((types >>> type & 1) != 0) {
        names.add(MigrateType.label(type));
      }
    }
    return "are on " + Words.list(names) + " lists, from which it may not take";
  }

  private static String mark(ZoneVerdict.Arithmetic test) {
    String lowered =
        test.lowered() == test.mark()
            ? ""
            : ", " + Words.count(test.lowered()) + " for this request";
    String boost = test.boost() == 0 ? "" : ", " + Words.count(test.boost()) + " of it boost";
    return " (min mark " + Words.count(test.mark()) + boost + lowered + ")";
  }

  private static String reserves(ZoneVerdict zone, ZoneVerdict.Arithmetic test) {
    String missing = Words.count(1 - test.margin());
    String text = ", " + missing + " fewer than it needs";
    return switch (zone.term()) {
      case LOWMEM_RESERVE ->
          text + ", as " + Words.count(test.reserve()) + " are kept back by lowmem_reserve";
      case HIGHATOMIC ->
          text
              + ", as "
              + Words.count(test.highatomic())
              + " are set aside in the high-atomic reserve";
      case CMA -> text + ", as " + Words.count(test.cma()) + " are in CMA, which it may not use";
      case null, default -> text + mark(test);
    };
  }

  private static ZoneVerdict.Arithmetic tested(ZoneVerdict zone) {
    ZoneVerdict.Arithmetic test = zone.test();
    if (test == null) {
      throw new IllegalArgumentException(zone.zone().name() + " was not tried");
    }
    return test;
  }
}
