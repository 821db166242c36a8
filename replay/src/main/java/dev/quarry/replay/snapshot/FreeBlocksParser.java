package dev.quarry.replay.snapshot;

import dev.quarry.machine.ZoneType;
import dev.quarry.replay.read.Quote;
import dev.quarry.replay.read.TokenReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code free_blocks}: {@code zone NAME}, then {@code ORDER: pfn pfn ...}. */
final class FreeBlocksParser {
  private final TokenReader in;
  private final FrameListReader lists;
  private final Map<ZoneType, FreeBlocks.Zone> zones = new LinkedHashMap<>();
  private final List<FreeBlocks.Order> orders = new ArrayList<>();
  private @Nullable ZoneType type;

  private FreeBlocksParser(TokenReader in, Limits limits) {
    this.in = in;
    this.lists = new FrameListReader(in, limits);
  }

  static FreeBlocks parse(TokenReader in, Limits limits) {
    FreeBlocksParser parser = new FreeBlocksParser(in, limits);
    while (in.nextLine()) {
      parser.line(in.word("\"zone\" or an order"));
    }
    parser.endZone();
    return new FreeBlocks(List.copyOf(parser.zones.values()));
  }

  private void line(String word) {
    if (word.equals("zone")) {
      endZone();
      type = ZoneHeads.type(in.word("the name of a zone"), in::error);
      if (in.hasMore()) {
        throw in.error("the line goes on after the zone's name");
      }
      return;
    }
    if (type == null) {
      throw in.error(Quote.of(word) + " stands before any zone");
    }
    int order = order(word);
    if (orders.stream().anyMatch(known -> known.order() == order)) {
      throw in.error("order " + order + " stands twice in zone " + type.label());
    }
    orders.add(new FreeBlocks.Order(order, lists.read(), in.place()));
  }

  private int order(String word) {
    if (!word.matches("\\d{1,2}:")) {
      throw in.error(Quote.of(word) + " is neither \"zone\" nor an order with a colon");
    }
    int order = Integer.parseInt(word.substring(0, word.length() - 1));
    if (order >= Limits.MAX_ORDERS) {
      throw in.error("order " + order + " is above the largest, " + (Limits.MAX_ORDERS - 1));
    }
    return order;
  }

  /** A zone that stands again for another node has the same lines: the recorder groups by name. */
  private void endZone() {
    ZoneType ended = type;
    if (ended == null) {
      return;
    }
    FreeBlocks.Zone zone = new FreeBlocks.Zone(ended, orders);
    FreeBlocks.Zone known = zones.putIfAbsent(ended, zone);
    if (known != null && !sameBlocks(known, zone)) {
      throw in.error("zone " + ended.label() + " stands twice above, with different blocks");
    }
    orders.clear();
    type = null;
  }

  private static boolean sameBlocks(FreeBlocks.Zone one, FreeBlocks.Zone other) {
    for (int order = 0; order < Limits.MAX_ORDERS; order++) {
      if (!one.blocks(order).equals(other.blocks(order))) {
        return false;
      }
    }
    return true;
  }
}
