package dev.quarry.explain.twin;

import dev.quarry.explain.log.LoggedRequest;
import dev.quarry.explain.log.MemoryReport;
import dev.quarry.machine.KernelRelease;
import dev.quarry.machine.ZoneType;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.GfpVocabulary;
import dev.quarry.physical.NodeSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The request of a report in Quarry's terms: {@code struct alloc_context}.
 *
 * @param gfp flags of {@link Gfp}
 * @param order log2 of the pages
 * @param node whose zonelist is used
 * @param nodeMask a bit for each node that may serve; {@link #ALL_NODES}
 */
public record Asked(int gfp, int order, int node, long nodeMask) {
  /** Every node is allowed. */
  public static final long ALL_NODES = -1L;

  /** A request for more than this is no kernel's. */
  private static final int HIGHEST_ORDER = 20;

  private static final Map<KernelRelease, GfpVocabulary> VOCABULARIES = new ConcurrentHashMap<>();

  /** The names of a release's flags. */
  public static GfpVocabulary vocabulary(KernelRelease release) {
    return VOCABULARIES.computeIfAbsent(release, GfpVocabulary::of);
  }

  /**
   * Reads the request of a report; empty where no pages were asked for.
   *
   * @param plan of the report
   * @param caveats gets what is not known
   */
  public static Optional<Asked> of(MemoryReport report, TwinPlan plan, List<String> caveats) {
    LoggedRequest request = report.request();
    if (request == null || request.order().isEmpty() || request.order().getAsInt() < 0) {
      return Optional.empty();
    }
    int order = request.order().getAsInt();
    if (order > HIGHEST_ORDER) {
      caveats.add("order " + order + " is more than any kernel has: the request is not judged");
      return Optional.empty();
    }
    KernelRelease release = report.release() == null ? plan.release() : report.release();
    int gfp = zoneBits(flags(request, release, caveats), plan.types(), caveats);
    long mask = nodes("nodemask", request.nodemask(), caveats);
    return Optional.of(new Asked(gfp, order, firstNode(plan, mask), mask));
  }

  private static int flags(LoggedRequest request, KernelRelease release, List<String> caveats) {
    GfpVocabulary vocabulary = vocabulary(release);
    String names = request.maskNames();
    if (names != null) {
      try {
        return vocabulary.parse(names);
      } catch (IllegalArgumentException e) {
        caveats.add("the flags " + names + " are not all of " + release + ": " + e.getMessage());
      }
    }
    if (request.mask().isPresent()) {
      return vocabulary.fromMask(request.mask().getAsLong());
    }
    caveats.add("the log does not tell the request's flags: taken for GFP_KERNEL");
    return Gfp.GFP_KERNEL;
  }

  private static int zoneBits(int gfp, List<ZoneType> types, List<String> caveats) {
    if (Gfp.zoneIndexTable(types)[gfp & Gfp.ZONE_MASK] != Gfp.BAD_ZONE) {
      return gfp;
    }
    caveats.add("the flags name zones that exclude each other: taken for none of them");
    return gfp & ~Gfp.ZONE_MASK;
  }

  /** A nodemask as printed; {@link #ALL_NODES} where there is none. */
  public static long nodes(String what, @Nullable String printed, List<String> caveats) {
    if (printed == null || printed.isBlank() || printed.equals("(null)")) {
      return ALL_NODES;
    }
    try {
      return NodeSet.parse(printed.strip()).bits();
    } catch (IllegalArgumentException e) {
      caveats.add(what + "=" + printed + " cannot be read: " + e.getMessage());
      return ALL_NODES;
    }
  }

  /** The first node of the log that the request may use: whose zonelist it was is not printed. */
  private static int firstNode(TwinPlan plan, long mask) {
    for (ZonePlan zone : plan.zones()) {
      if ((mask >>> zone.node() & 1) != 0) {
        return zone.node();
      }
    }
    return 0;
  }

  /** The request with other flags. */
  public Asked withGfp(int flags) {
    return new Asked(flags, order, node, nodeMask);
  }

  /** The request with another order. */
  public Asked withOrder(int other) {
    return new Asked(gfp, other, node, nodeMask);
  }

  /** The request with another nodemask. */
  public Asked withNodeMask(long mask) {
    return new Asked(gfp, order, node, mask);
  }
}
