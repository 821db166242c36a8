package dev.quarry.replay.snapshot;

import dev.quarry.replay.read.LineReader;
import dev.quarry.replay.read.Quote;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code zoneinfo}. The file has no marks where one group of lines ends: what a line means
 * follows from its first word and from the last word that began a group.
 */
final class ZoneInfoParser {
  private final LineReader in;
  private final List<ZoneInfo.Node> nodes = new ArrayList<>();
  private final List<ZoneInfo.Zone> zones = new ArrayList<>();
  private @Nullable ZoneBuilder zone;
  private @Nullable Map<String, Long> nodeStats;

  private ZoneInfoParser(LineReader in) {
    this.in = in;
  }

  static ZoneInfo parse(LineReader in) {
    ZoneInfoParser parser = new ZoneInfoParser(in);
    while (in.next()) {
      parser.line(in.words());
    }
    parser.endZone();
    if (parser.zones.isEmpty()) {
      throw in.error("the file has no zone");
    }
    return new ZoneInfo(parser.nodes, parser.zones);
  }

  private void line(String[] words) {
    if (words[0].equals("Node")) {
      endZone();
      ZoneId id = ZoneHeads.parse(in, words);
      if (zones.stream().anyMatch(known -> known.id().equals(id))) {
        throw in.error(id + " stands twice");
      }
      zone = new ZoneBuilder(in, id);
      return;
    }
    ZoneBuilder current = zone;
    if (current == null) {
      throw in.error(Quote.of(in.text()) + " stands before any zone");
    }
    if (words[0].equals("per-node")) {
      nodeStats = new LinkedHashMap<>();
    } else if (words[0].equals("pages")) {
      endNode(current.id);
      current.line(words);
    } else if (nodeStats != null) {
      requireTwo(words);
      CountersParser.put(in, nodeStats, words[0], words[1]);
    } else {
      current.line(words);
    }
  }

  private void requireTwo(String[] words) {
    if (words.length != 2) {
      throw in.error("the line has " + words.length + " words, not a name and a number");
    }
  }

  private void endNode(ZoneId id) {
    if (nodeStats != null) {
      nodes.add(new ZoneInfo.Node(id.node(), new Counters(nodeStats)));
      nodeStats = null;
    }
  }

  private void endZone() {
    ZoneBuilder ended = zone;
    if (ended != null) {
      endNode(ended.id);
      zones.add(ended.build());
      zone = null;
    }
  }
}
