package dev.quarry.slab;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Objects in use by who allocated them, the most bytes first: {@code alloc_traces} of SLUB's debug
 * files, {@code /proc/slab_allocators} of SLAB.
 *
 * @param cache the name of the cache
 * @param allocatedBy the call site
 * @param objects how many objects
 * @param bytes what they were asked to hold
 */
public record Leaks(String cache, String allocatedBy, long objects, long bytes) {
  /** Groups objects of caches that keep users. */
  static List<Leaks> of(List<KmemCache> caches) {
    List<Leaks> all = new ArrayList<>();
    for (KmemCache cache : caches) {
      Map<String, Long> counts = new TreeMap<>();
      for (LiveObject object : cache.liveObjects()) {
        if (!object.allocatedBy().isEmpty()) {
          counts.merge(object.allocatedBy(), 1L, Long::sum);
        }
      }
      counts.forEach((site, count) ->
          all.add(new Leaks(cache.name(), site, count, count * cache.geometry().objectSize())));
    }
    all.sort(
        Comparator.comparingLong(Leaks::bytes)
            .reversed()
            .thenComparing(Leaks::cache)
            .thenComparing(Leaks::allocatedBy));
    return all;
  }
}
