package dev.quarry.explain.show;

import dev.quarry.explain.log.BlockCount;
import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.verdict.ZoneVerdict;
import java.util.List;

/** A zone's free blocks, beside the block that a request needs. */
final class FreeBlocks {
  /** The letters of migrate types in the order in which the kernel prints them. */
  static final List<String> LETTERS = List.of("U", "M", "E", "R", "H", "C", "I");

  private FreeBlocks() {}

  /** What a letter stands for. */
  static String type(char letter) {
    return switch (letter) {
      case 'U' -> "Unmovable";
      case 'M' -> "Movable";
      case 'E' -> "Reclaimable";
      case 'H' -> "HighAtomic";
      case 'C' -> "CMA";
      case 'I' -> "Isolate";
      case 'R' -> "Reserve";
      default -> "type " + letter;
    };
  }

  static List<BlockCount> of(ZoneVerdict zone) {
    List<BlockCount> blocks = zone.zone().blocks();
    return blocks == null ? List.of() : blocks;
  }

  static long kb(BlockCount block, MemoryReport report) {
    return block.order() < Integer.SIZE ? (1L << block.order()) * report.pageKb() : 0;
  }

  /** Free memory in blocks of a zone in pages; 0 where the log has no blocks. */
  static long pages(ZoneVerdict zone) {
    return of(zone).stream().mapToLong(b -> b.count() << Math.min(b.order(), 30)).sum();
  }

  /** Pages in blocks below an order, which no sum of them makes a block of that order. */
  static long pagesBelow(ZoneVerdict zone, int order) {
    return of(zone).stream()
        .filter(b -> b.order() < order)
        .mapToLong(b -> b.count() << Math.min(b.order(), 30))
        .sum();
  }

  /** Why blocks of an order did not serve a request of another; empty where they would have. */
  static String whyNot(BlockCount block, ZoneVerdict zone, int order) {
    if (block.count() == 0) {
      return block.order() < order ? "" : "none";
    }
    if (block.order() < order) {
      return "too small";
    }
    return switch (zone.verdict()) {
      case BLOCKS_UNUSABLE -> "of types that it may not take";
      case BELOW_MIN, BELOW_MIN_PLUS_RESERVE -> "would do, but the pages are kept back";
      case PASSES -> "would do";
      case NO_BLOCK, UNKNOWN -> "not for it";
      case null -> "";
    };
  }
}
