package dev.quarry.replay.html;

import dev.quarry.replay.report.ReplayResult;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Free blocks by order in each zone: before, replayed, and by the kernel where it is known. */
final class BlockData {
  private BlockData() {}

  static void put(ArrayNode zones, ReplayResult result, ZoneNames names) {
    for (ReplayResult.ZoneBlocks blocks : result.zones()) {
      ObjectNode node = zones.addObject().put("name", names.of(blocks.zone()));
      ArrayNode before = node.putArray("before");
      ArrayNode replayed = node.putArray("replayed");
      for (int order = 0; order < blocks.before().length; order++) {
        before.add(blocks.before()[order]);
        replayed.add(blocks.predicted()[order]);
      }
      blocks
          .actual()
          .ifPresent(actual -> {
            ArrayNode kernel = node.putArray("kernel");
            for (long count : actual) {
              kernel.add(count);
            }
          });
    }
  }
}
