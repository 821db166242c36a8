package dev.quarry.replay.html;

import dev.quarry.replay.report.ReplayResult;
import dev.quarry.replay.slab.SlabResult;
import dev.quarry.replay.slab.SlabSamples;
import dev.quarry.replay.slab.Waste;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Objects over time, the busiest caches at the end, and waste by call site. */
final class SlabData {
  private static final int MOST_CACHES = 12;
  private static final int MOST_WASTES = 12;

  private SlabData() {}

  /** Puts nothing where there were no slab events. */
  static void put(ObjectNode node, ReplayResult result) {
    result
        .slab()
        .ifPresent(slab -> {
          node.put("events", slab.counters().events());
          node.put("pageBytes", result.machine().spec().pageSize());
          samples(node, slab.samples());
          caches(node.putArray("caches"), slab);
          waste(node.putArray("waste"), Waste.bySite(slab.origins()));
          ArrayNode geometries = node.putArray("geometries");
          slab.geometries()
              .forEach(use ->
                  geometries
                      .addObject()
                      .put("name", use.name())
                      .put("most", use.mostBytes())
                      .put("waste", use.waste()));
        });
  }

  private static void samples(ObjectNode node, List<SlabSamples.Sample> samples) {
    ArrayNode micros = node.putArray("micros");
    samples.forEach(sample -> micros.add(sample.micros()));
    runs(node.putArray("requested"), samples, SlabSamples.Sample::requestedBytes);
    runs(node.putArray("allocated"), samples, SlabSamples.Sample::allocatedBytes);
    runs(node.putArray("slabPages"), samples, SlabSamples.Sample::slabPages);
  }

  private static void runs(
      ArrayNode node, List<SlabSamples.Sample> samples, ToLongFunction<SlabSamples.Sample> value) {
    Runs runs = new Runs(node);
    samples.forEach(sample -> runs.add(value.applyAsLong(sample)));
    runs.end();
  }

  private static void caches(ArrayNode caches, SlabResult slab) {
    slab.caches().stream()
        .filter(cache -> cache.allocations() + cache.frees() > 0)
        .sorted(
            Comparator.comparing((SlabResult.CacheEnd cache) -> -cache.allocations())
                .thenComparing(SlabResult.CacheEnd::name))
        .limit(MOST_CACHES)
        .forEach(cache ->
            caches
                .addObject()
                .put("name", cache.name())
                .put("bytes", cache.objectSize())
                .put("allocations", cache.allocations())
                .put("frees", cache.frees())
                .put("inUse", cache.activeObjects())
                .put("slabs", cache.slabs()));
  }

  private static void waste(ArrayNode array, List<Waste> all) {
    for (Waste waste : all.subList(0, Math.min(MOST_WASTES, all.size()))) {
      if (waste.wastedBytes() > 0) {
        array
            .addObject()
            .put("site", waste.name())
            .put("requests", waste.allocations())
            .put("asked", waste.requestedBytes())
            .put("got", waste.allocatedBytes());
      }
    }
  }
}
