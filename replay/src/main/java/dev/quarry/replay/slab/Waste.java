package dev.quarry.replay.slab;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Bytes inside objects that nobody asked for, over all requests of a recording: {@code wasted ==
 * allocated - requested}.
 *
 * @param name of a cache or a call site
 * @param allocations how many requests there were
 */
public record Waste(String name, long allocations, long requestedBytes, long allocatedBytes) {
  /** What nobody asked for. */
  public long wastedBytes() {
    return allocatedBytes - requestedBytes;
  }

  private Waste plus(Waste other) {
    return new Waste(
        name,
        allocations + other.allocations,
        requestedBytes + other.requestedBytes,
        allocatedBytes + other.allocatedBytes);
  }

  /** By cache, the largest waste first. */
  public static List<Waste> byCache(List<Origin> origins) {
    return sums(origins, Origin::cacheName);
  }

  /** By the function and offset of the caller, the largest waste first. */
  public static List<Waste> bySite(List<Origin> origins) {
    return sums(origins, Origin::site);
  }

  private static List<Waste> sums(List<Origin> origins, Function<Origin, String> key) {
    Map<String, Waste> sums = new LinkedHashMap<>();
    for (Origin origin : origins) {
      String name = key.apply(origin);
      long count = origin.allocations();
      long requested = count * origin.requested();
      Waste waste = new Waste(name, count, requested, count * origin.allocated());
      sums.merge(name, waste, Waste::plus);
    }
    return sums.values().stream()
        .sorted(Comparator.comparing(Waste::wastedBytes).reversed().thenComparing(Waste::name))
        .toList();
  }
}
