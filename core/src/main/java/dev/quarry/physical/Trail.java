package dev.quarry.physical;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the allocator did for one request, step by step: the zones that it looked at, the terms of
 * each test, what it took, split, claimed or stole. The allocator itself writes it as it decides;
 * nothing is computed a second time.
 */
public final class Trail {
  /** A request that retries without end would fill memory; the first steps tell the story. */
  private static final int MOST_STEPS = 1_000;

  private final List<TrailStep> steps = new ArrayList<>();
  private int dropped;

  void add(TrailStep step) {
    if (steps.size() < MOST_STEPS) {
      steps.add(step);
    } else {
      dropped++;
    }
  }

  /** The steps in the order in which they happened. */
  public List<TrailStep> steps() {
    return List.copyOf(steps);
  }

  /** Steps beyond the bound, which were not kept. */
  public int dropped() {
    return dropped;
  }

  /**
   * Why the request failed, in short: for each zone that refused it, in the order of the zonelist,
   * the last refusal's kind, such as {@code Normal: no free block of order 3; DMA: below min}.
   */
  public String refusal() {
    Map<String, String> byZone = new LinkedHashMap<>();
    for (TrailStep step : steps) {
      switch (step) {
        case TrailStep.Test test when !test.passed() ->
            byZone.put(test.zone().toString(), kind(test));
        case TrailStep.Empty empty ->
            byZone.put(empty.zone().toString(), "no block on lists that it may use");
        case TrailStep.Skipped skipped ->
            byZone.putIfAbsent(skipped.zone().toString(), skipped.why());
        default -> {
          // Other steps refuse nothing.
        }
      }
    }
    if (byZone.isEmpty()) {
      return "no zone may serve this request";
    }
    return byZone.entrySet().stream()
        .map(entry -> entry.getKey() + ": " + entry.getValue())
        .collect(Collectors.joining("; "));
  }

  private static String kind(TrailStep.Test test) {
    if (test.margin() > 0) {
      return "no free block of order " + test.order();
    }
    boolean withoutReserve = test.margin() + test.reserve() > 0;
    return withoutReserve
        ? "below " + test.markName() + " plus lowmem_reserve"
        : "below " + test.markName();
  }

  /** The steps as text, a line each. */
  public String render() {
    StringBuilder out = new StringBuilder();
    for (TrailStep step : steps) {
      out.append(step.indented()).append('\n');
    }
    if (dropped > 0) {
      out.append("… and ").append(dropped).append(" more steps\n");
    }
    return out.toString();
  }
}
