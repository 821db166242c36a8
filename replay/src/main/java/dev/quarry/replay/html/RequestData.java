package dev.quarry.replay.html;

import dev.quarry.physical.GfpVocabulary;
import dev.quarry.physical.MigrateType;
import dev.quarry.replay.play.PlayCounters;
import dev.quarry.replay.report.ReplayResult;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Requests by order, by migrate type and by GFP flags. */
final class RequestData {
  private static final int MOST_FLAGS = 12;

  private RequestData() {}

  static void put(ObjectNode node, ReplayResult result) {
    PlayCounters counters = result.player().counters();
    ArrayNode orders = node.putArray("orders");
    for (int order = 0; order < PlayCounters.ORDERS; order++) {
      if (counters.ofOrder(order) > 0) {
        orders
            .addObject()
            .put("order", order)
            .put("count", counters.ofOrder(order))
            .put("failed", counters.failuresOfOrder(order));
      }
    }
    ArrayNode types = node.putArray("types");
    for (int type = 0; type < MigrateType.COUNT; type++) {
      if (counters.ofType(type) > 0) {
        types
            .addObject()
            .put("type", MigrateType.label(type))
            .put("letter", String.valueOf(MigrateType.letter(type)))
            .put("count", counters.ofType(type));
      }
    }
    GfpVocabulary vocabulary = GfpVocabulary.of(result.machine().spec().release());
    flags(node, counters, vocabulary);
  }

  private static void flags(ObjectNode node, PlayCounters counters, GfpVocabulary vocabulary) {
    List<Map.Entry<Integer, Long>> all =
        counters.ofGfp().entrySet().stream()
            .sorted(
                Comparator.comparing((Map.Entry<Integer, Long> entry) -> -entry.getValue())
                    .thenComparing(Map.Entry::getKey))
            .toList();
    ArrayNode flags = node.putArray("flags");
    for (Map.Entry<Integer, Long> entry : all.subList(0, Math.min(MOST_FLAGS, all.size()))) {
      flags
          .addObject()
          .put("flags", vocabulary.format(entry.getKey()))
          .put("count", entry.getValue());
    }
    node.put("otherFlags", Math.max(0, all.size() - MOST_FLAGS));
    node.put("otherFlagsCount", all.stream().skip(MOST_FLAGS).mapToLong(Map.Entry::getValue).sum());
  }
}
