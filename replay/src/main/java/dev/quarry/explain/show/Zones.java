package dev.quarry.explain.show;

import dev.quarry.explain.log.BlockCount;
import dev.quarry.explain.log.ReportKind;
import dev.quarry.explain.verdict.Explanation;
import dev.quarry.explain.verdict.Term;
import dev.quarry.explain.verdict.Verdict;
import dev.quarry.explain.verdict.ZoneVerdict;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How the zones of an explanation are named and which of them is looked at closely. */
final class Zones {
  private Zones() {}

  /** {@code Normal}, or {@code node 1 Normal} where the report has several nodes. */
  static String name(Explanation of, ZoneVerdict zone) {
    boolean several = of.report().zones().stream().anyMatch(z -> z.node() != 0);
    String name = Words.clean(zone.zone().name());
    return several ? "node " + zone.zone().node() + " " + name : name;
  }

  /** The zones that the request tried, in its order. */
  static Stream<ZoneVerdict> tried(Explanation of) {
    return of.zones().stream().filter(zone -> zone.eligible() && zone.verdict() != null);
  }

  /**
   * The zone whose arithmetic tells most: the first that passes, as it is why the snapshot explains
   * nothing; else the first that was tried, as it is the one that should have served.
   */
  static Optional<ZoneVerdict> deciding(Explanation of) {
    return tried(of)
        .filter(zone -> zone.verdict() == Verdict.PASSES)
        .findFirst()
        .or(() -> tried(of).findFirst());
  }

  /** A verdict in a few words. */
  static String verdict(Explanation of, ZoneVerdict zone) {
    int order = order(of);
    return switch (zone.verdict()) {
      case null -> zone.whyNot() == null ? "not tried" : "not tried: " + zone.whyNot();
      case BELOW_MIN -> zone.term() == Term.BOOST ? "below min with its boost" : "below min";
      case BELOW_MIN_PLUS_RESERVE -> withReserves(zone.term());
      case NO_BLOCK ->
          hasBlock(zone, order)
              ? "too few pages in larger blocks"
              : "no free block of order " + order + " or more";
      case BLOCKS_UNUSABLE -> "blocks only of types it may not take";
      case UNKNOWN -> "enough pages; its blocks are not in the log";
      case PASSES -> "passes" + atHigh(of, zone);
    };
  }

  /** Kernels up to 4.3 refuse although there is a block, if too few pages lie in such. */
  private static boolean hasBlock(ZoneVerdict zone, int order) {
    List<BlockCount> blocks = zone.zone().blocks();
    return blocks != null && blocks.stream().anyMatch(b -> b.order() >= order && b.count() > 0);
  }

  private static String withReserves(@Nullable Term term) {
    return switch (term) {
      case HIGHATOMIC -> "below min without high-atomic pages";
      case CMA -> "below min without CMA pages";
      case BOOST -> "below min with boost + lowmem_reserve";
      case null, default -> "below min + lowmem_reserve";
    };
  }

  private static String atHigh(Explanation of, ZoneVerdict zone) {
    boolean oom = of.report().kind() == ReportKind.OOM;
    return oom && !zone.passesAtHigh() ? ", but not at the high mark" : "";
  }

  /** The request's order, 0 where there is none or the log says -1. */
  static int order(Explanation of) {
    var request = of.report().request();
    return request == null ? 0 : Math.max(0, request.order().orElse(0));
  }
}
