package dev.quarry.replay.snapshot;

import dev.quarry.replay.read.LineReader;
import dev.quarry.replay.read.Quote;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads {@code pagetypeinfo}. Its migrate types are numbered in the order in which the lines of a
 * zone have them, which is the kernel's own; the header of the second table must agree.
 */
final class PageTypeInfoParser {
  private static final int MAX_TYPES = 16;
  private static final int MAX_PAGEBLOCK_ORDER = 30;
  private static final String FREE_HEADER = "Free pages count per migrate type at order";
  private static final String BLOCKS_HEADER = "Number of blocks type";
  private static final String MIXED_HEADER = "Number of mixed blocks";

  private enum Table {
    NONE,
    FREE,
    BLOCKS,
    OTHER
  }

  private final LineReader in;
  private final List<String> types = new ArrayList<>();
  private final List<PageTypeInfo.FreeCounts> free = new ArrayList<>();
  private final List<PageTypeInfo.BlockCounts> blocks = new ArrayList<>();
  private final Set<String> seen = new HashSet<>();
  private Table table = Table.NONE;
  private long pageblockOrder = -1;
  private int nrOrders;

  private PageTypeInfoParser(LineReader in) {
    this.in = in;
  }

  static PageTypeInfo parse(LineReader in) {
    PageTypeInfoParser parser = new PageTypeInfoParser(in);
    while (in.next()) {
      parser.line(in.text());
    }
    if (parser.pageblockOrder < 0 || parser.free.isEmpty()) {
      throw in.error("the file ends without \"Page block order\" or without a zone");
    }
    return new PageTypeInfo(
        (int) parser.pageblockOrder, parser.nrOrders, parser.types, parser.free, parser.blocks);
  }

  private void line(String text) {
    if (text.startsWith("Page block order:")) {
      String value = text.substring(text.indexOf(':') + 1).strip();
      pageblockOrder = in.number(value, "a pageblock's order", MAX_PAGEBLOCK_ORDER);
    } else if (text.startsWith("Pages per block:")) {
      pagesPerBlock(text.substring(text.indexOf(':') + 1).strip());
    } else if (text.startsWith(FREE_HEADER)) {
      table = Table.FREE;
      nrOrders = text.substring(FREE_HEADER.length()).strip().split("\\s+").length;
    } else if (text.startsWith(BLOCKS_HEADER)) {
      table = Table.BLOCKS;
      checkTypes(text.substring(BLOCKS_HEADER.length()).strip().split("\\s+"));
    } else if (text.startsWith(MIXED_HEADER)) {
      table = Table.OTHER;
    } else {
      row(in.words());
    }
  }

  private void row(String[] words) {
    switch (table) {
      case FREE -> freeRow(words);
      case BLOCKS -> blocksRow(words);
      case OTHER -> {}
      case NONE -> throw in.error(Quote.of(in.text()) + " stands before any table");
    }
  }

  private void pagesPerBlock(String value) {
    long pages = in.number(value, "pages of a pageblock", Integer.MAX_VALUE);
    if (pageblockOrder >= 0 && pages != 1L << pageblockOrder) {
      throw in.error("a pageblock has " + pages + " pages, but its order is " + pageblockOrder);
    }
  }

  private void checkTypes(String[] names) {
    if (!types.equals(Arrays.asList(names))) {
      throw in.error(
          "the columns "
              + String.join(" ", names)
              + " are not the types above, "
              + String.join(" ", types));
    }
  }

  private void freeRow(String[] words) {
    ZoneId id = ZoneHeads.parse(in, words);
    if (words.length < ZoneHeads.WORDS + 2 || !words[ZoneHeads.WORDS].equals("type")) {
      throw in.error("the line does not go on with \"type NAME\"");
    }
    int type = type(words[ZoneHeads.WORDS + 1]);
    Numbers counts = BuddyInfoParser.blocks(in, words, ZoneHeads.WORDS + 2);
    if (counts.size() != nrOrders) {
      throw in.error("the line has " + counts.size() + " orders, the header has " + nrOrders);
    }
    if (!seen.add(id + " " + type)) {
      throw in.error(id + " type " + words[ZoneHeads.WORDS + 1] + " stands twice");
    }
    free.add(new PageTypeInfo.FreeCounts(id, type, counts, capped(words), in.place()));
  }

  private int type(String name) {
    int known = types.indexOf(name);
    if (known >= 0) {
      return known;
    }
    if (types.size() == MAX_TYPES) {
      throw in.error("there are more than " + MAX_TYPES + " migrate types");
    }
    types.add(name);
    return types.size() - 1;
  }

  /** The orders whose count begins with {@code >}. */
  private static int capped(String[] words) {
    int capped = 0;
    for (int i = ZoneHeads.WORDS + 2; i < words.length; i++) {
      capped |= words[i].startsWith(">") ? 1 << (i - ZoneHeads.WORDS - 2) : 0;
    }
    return capped;
  }

  private void blocksRow(String[] words) {
    ZoneId id = ZoneHeads.parse(in, words);
    int columns = words.length - ZoneHeads.WORDS;
    if (columns != types.size()) {
      throw in.error("the line has " + columns + " types, the header has " + types.size());
    }
    if (!seen.add(id + " blocks")) {
      throw in.error(id + " stands twice");
    }
    long[] counts = new long[columns];
    for (int type = 0; type < columns; type++) {
      counts[type] =
          in.number(words[ZoneHeads.WORDS + type], "a number of pageblocks", Integer.MAX_VALUE);
    }
    blocks.add(new PageTypeInfo.BlockCounts(id, Numbers.copyOf(counts, columns), in.place()));
  }
}
