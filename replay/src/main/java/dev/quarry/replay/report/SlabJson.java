package dev.quarry.replay.report;

import dev.quarry.replay.score.Ratio;
import dev.quarry.replay.score.SlabScore;
import dev.quarry.replay.slab.GeometryUse;
import dev.quarry.replay.slab.Origin;
import dev.quarry.replay.slab.SlabCounters;
import dev.quarry.replay.slab.SlabResult;
import dev.quarry.replay.slab.SlabSamples;
import dev.quarry.replay.slab.Waste;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What was played of slab events, as JSON. */
final class SlabJson {
  private SlabJson() {}

  static void put(ObjectNode root, SlabResult result) {
    result
        .score()
        .ifPresent(score -> {
          ratio(root.putObject("slabs"), score.slabs());
          ratio(root.putObject("objects"), score.objects());
        });
    counters(root, result);
    caches(root.putArray("caches"), result);
    waste(root.putObject("waste"), result);
    ArrayNode geometries = root.putArray("geometries");
    result.geometries().forEach(use -> geometry(geometries.addObject(), use));
    ArrayNode samples = root.putArray("samples");
    for (SlabSamples.Sample sample : result.samples()) {
      samples
          .addObject()
          .put("micros", sample.micros())
          .put("requested_bytes", sample.requestedBytes())
          .put("allocated_bytes", sample.allocatedBytes())
          .put("slab_pages", sample.slabPages());
    }
    ArrayNode notes = root.putArray("notes");
    result.notes().forEach(notes::add);
  }

  /** Nothing changed and nothing was missed is perfect; a miss then has no score. */
  private static void ratio(ObjectNode node, Ratio ratio) {
    if (ratio.changes() > 0) {
      node.put("score", ratio.score());
    } else if (ratio.misses() == 0) {
      node.put("score", 1.0);
    } else {
      node.putNull("score");
    }
    node.put("num", ratio.misses()).put("den", ratio.changes());
  }

  private static void counters(ObjectNode root, SlabResult result) {
    SlabCounters counters = result.counters();
    root.put("events", counters.events());
    root.put("seconds", result.seconds());
    root.put("allocations", counters.allocations());
    root.put("frees", counters.frees());
    root.put("failures", counters.failures());
    root.put("frees_of_state_before", counters.freesOfStateBefore());
    root.put("frees_unmatched", counters.unmatchedFrees());
    root.put("kfrees_unmatched", counters.unmatchedKfrees());
    root.put("kfrees_of_named_caches", counters.kfreesOfNamedCaches());
    root.put("frees_by_another_cache", counters.otherCache());
    root.put("frees_unseen", counters.unseenFrees());
    root.put("large_blocks", counters.largeBlocks());
    root.put("without_cache", counters.noCache());
    root.put("still_held", result.stillHeld());
    root.put("lines_wrong", result.problems().total());
    root.put("invariants_broken", result.invariants().size());
  }

  private static void caches(ArrayNode caches, SlabResult result) {
    Map<String, SlabResult.CacheEnd> ends =
        result.caches().stream()
            .collect(Collectors.toMap(SlabResult.CacheEnd::name, Function.identity()));
    if (result.score().isPresent()) {
      for (SlabScore.Cache cache : result.score().get().caches()) {
        ObjectNode node = caches.addObject();
        node.put("name", cache.name()).put("scored", cache.scored()).put("seen", cache.seen());
        count(node.putObject("objects"), cache.objects());
        count(node.putObject("slabs"), cache.slabs());
        SlabResult.CacheEnd end = ends.remove(cache.name());
        if (end != null) {
          use(node, end);
        }
      }
    }
    for (SlabResult.CacheEnd end : result.caches()) {
      if (ends.containsKey(end.name())) {
        ObjectNode node = caches.addObject().put("name", end.name()).put("scored", false);
        node.put("seen", end.allocations() - end.frees());
        node.putObject("objects").put("predicted", end.activeObjects());
        node.putObject("slabs").put("predicted", end.slabs());
        use(node, end);
      }
    }
  }

  private static void count(ObjectNode node, SlabScore.Count count) {
    node.put("before", count.before());
    node.put("predicted", count.predicted());
    node.put("actual", count.actual());
  }

  private static void use(ObjectNode node, SlabResult.CacheEnd end) {
    node.put("object_bytes", end.objectSize());
    node.put("pages_per_slab", end.pagesPerSlab());
    node.put("allocations", end.allocations());
    node.put("frees", end.frees());
    node.put("frees_unseen", end.unseenFrees());
  }

  private static void waste(ObjectNode node, SlabResult result) {
    node.put("most_allocated_bytes", result.counters().allocatedMost());
    node.put("requested_bytes_then", result.counters().requestedThen());
    wastes(node.putArray("caches"), Waste.byCache(result.origins()));
    wastes(node.putArray("sites"), Waste.bySite(result.origins()));
    ArrayNode origins = node.putArray("origins");
    for (Origin origin : result.origins()) {
      origins
          .addObject()
          .put("site", origin.site())
          .put("cache", origin.cacheName())
          .put("requested", origin.requested())
          .put("allocated", origin.allocated())
          .put("allocations", origin.allocations())
          .put("live", origin.live());
    }
  }

  private static void wastes(ArrayNode array, List<Waste> all) {
    for (Waste waste : all) {
      array
          .addObject()
          .put("name", waste.name())
          .put("allocations", waste.allocations())
          .put("requested_bytes", waste.requestedBytes())
          .put("allocated_bytes", waste.allocatedBytes())
          .put("wasted_bytes", waste.wastedBytes());
    }
  }

  private static void geometry(ObjectNode node, GeometryUse use) {
    node.put("name", use.name())
        .put("rule", use.rule())
        .put("most_bytes", use.mostBytes())
        .put("asked_bytes_then", use.askedThen())
        .put("end_bytes", use.endBytes())
        .put("asked_bytes_at_end", use.askedAtEnd())
        .put("waste", use.waste());
  }
}
