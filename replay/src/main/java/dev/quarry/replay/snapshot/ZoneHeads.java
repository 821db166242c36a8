package dev.quarry.replay.snapshot;

import dev.quarry.machine.ZoneType;
import dev.quarry.replay.read.LineReader;
import dev.quarry.replay.read.Quote;
import dev.quarry.replay.read.RecordingException;
import java.util.Optional;
import java.util.function.Function;

/** The beginning that lines of several files share: {@code Node 0, zone Normal}. */
final class ZoneHeads {
  /** Words of the beginning. */
  static final int WORDS = 4;

  /** Node numbers are below this (MAX_NUMNODES of the largest x86-64 configuration). */
  static final int MAX_NODES = 1 << 10;

  private ZoneHeads() {}

  /** Whether a line begins like this. */
  static boolean isHead(String[] words) {
    return words.length >= WORDS && words[0].equals("Node") && words[2].equals("zone");
  }

  /**
   * The zone of a line that begins like this.
   *
   * @throws RecordingException if the node is no number or the zone is unknown
   */
  static ZoneId parse(LineReader in, String[] words) {
    if (!isHead(words)) {
      throw in.error("the line does not begin with \"Node N, zone NAME\"");
    }
    long node = in.number(withoutComma(words[1]), "a node's number", MAX_NODES - 1);
    return new ZoneId((int) node, type(withoutComma(words[3]), in::error));
  }

  /** The kind of zone that the kernel gives this name. */
  static ZoneType type(String label, Function<String, RecordingException> error) {
    return find(label)
        .orElseThrow(() -> error.apply(Quote.of(label) + " is not the name of a zone"));
  }

  private static Optional<ZoneType> find(String label) {
    for (ZoneType type : ZoneType.values()) {
      if (type.label().equals(label)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  private static String withoutComma(String word) {
    return word.endsWith(",") ? word.substring(0, word.length() - 1) : word;
  }
}
