package dev.quarry.replay.html;

import dev.quarry.physical.Zone;
import dev.quarry.replay.play.Samples;
import dev.quarry.replay.play.ZoneSample;
import dev.quarry.replay.report.ReplayResult;
import java.util.List;
import java.util.function.ToLongBiFunction;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Free memory over time: for each zone, and for all together where there are several, the free
 * blocks of each order and the share of free memory that the order cannot use.
 */
final class MemoryData {
  private MemoryData() {}

  static void put(ObjectNode node, ReplayResult result, ZoneNames names) {
    List<Samples.Sample> samples = result.player().samples().list();
    ArrayNode micros = node.putArray("micros");
    samples.forEach(sample -> micros.add(sample.micros()));
    int orders = result.machine().spec().maxOrder() + 1;
    ArrayNode zones = node.putArray("zones");
    List<ZoneSample> first = samples.isEmpty() ? List.of() : samples.getFirst().zones();
    if (first.size() > 1) {
      ObjectNode all = zones.addObject().put("name", "all zones");
      series(all, samples, orders, Samples.Sample::freeBlocks, (s, order) -> s.unusable(order));
    }
    for (int i = 0; i < first.size(); i++) {
      Zone zone = result.machine().memory().zones().get(first.get(i).zoneNumber());
      List<ZoneSample> ofZone = ofZone(samples, i);
      ObjectNode one = zones.addObject().put("name", names.of(zone));
      series(one, ofZone, orders, ZoneSample::blocks, (s, order) -> s.unusable(order));
    }
  }

  private static List<ZoneSample> ofZone(List<Samples.Sample> samples, int index) {
    return samples.stream().map(sample -> sample.zones().get(index)).toList();
  }

  private static <S> void series(
      ObjectNode node,
      List<S> samples,
      int orders,
      ToLongBiFunction<S, Integer> blocks,
      ToLongBiFunction<S, Integer> unusable) {
    ArrayNode free = node.putArray("blocks");
    ArrayNode permille = node.putArray("unusablePermille");
    for (int order = 0; order < orders; order++) {
      Runs blockRuns = new Runs(free.addArray());
      Runs permilleRuns = new Runs(permille.addArray());
      for (S sample : samples) {
        blockRuns.add(blocks.applyAsLong(sample, order));
        permilleRuns.add(unusable.applyAsLong(sample, order));
      }
      blockRuns.end();
      permilleRuns.end();
    }
  }
}
