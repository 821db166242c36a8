package dev.quarry.explain.show;

import dev.quarry.explain.log.BlockCount;
import dev.quarry.explain.verdict.Explanation;
import dev.quarry.explain.verdict.ZoneVerdict;
import java.util.List;
import java.util.Locale;

/**
 * A zone's free blocks as a column for each order, as high as the memory in them; coloured with the
 * migrate types that the log names. How many blocks are of which type it does not tell: the types
 * of an order share its column equally.
 */
final class BlocksHtml {
  private static final double HIGHEST_PERCENT = 100;

  private BlocksHtml() {}

  static void put(Markup page, Explanation of, ZoneVerdict zone) {
    List<BlockCount> blocks = FreeBlocks.of(zone);
    if (blocks.isEmpty()) {
      return;
    }
    int order = Zones.order(of);
    double most =
        Math.max(1, blocks.stream().mapToLong(b -> b.count() * kb(b, of)).max().orElse(1));
    page.open("div", "class", "blocks");
    page.element("p", "Free memory by size of block, in MiB", "class", "name");
    page.open("div", "class", "columns", "style", "--n:" + blocks.size());
    for (BlockCount block : blocks) {
      column(page, of, block, order, HIGHEST_PERCENT / most);
    }
    page.end();
    legend(page, blocks, zone, order);
    page.end();
  }

  private static long kb(BlockCount block, Explanation of) {
    return FreeBlocks.kb(block, of.report());
  }

  private static void column(
      Markup page, Explanation of, BlockCount block, int order, double percentPerKb) {
    long kb = block.count() * kb(block, of);
    String title =
        Words.count(block.count(), "block")
            + " of order "
            + block.order()
            + ", "
            + Words.size(kb)
            + (block.types().isEmpty() ? "" : ", types " + block.types());
    String use = block.order() < order ? "small" : block.order() > order ? "fits" : "fits needed";
    page.open("div", "class", "column " + use, "title", title);
    if (block.order() == order && order > 0) {
      page.element("span", "needed →", "class", "from");
    }
    page.element("span", kb == 0 ? "" : mib(kb), "class", "top");
    String height = String.format(Locale.ROOT, "--h:%.2f", kb * percentPerKb);
    page.open("div", "class", "stack", "style", height);
    if (kb > 0) {
      String types = block.types().isEmpty() ? "-" : block.types();
      for (char type : types.toCharArray()) {
        page.open("i", "class", "type type-" + (Character.isLetter(type) ? type : "none")).close();
      }
    }
    page.close();
    page.element("span", Words.size(kb(block, of)).replace(" ", "\u00a0"), "class", "size");
    page.element("span", many(block.count()), "class", "many");
    page.end();
  }

  private static String many(long blocks) {
    return blocks < 100_000 ? Words.number(blocks) : Words.number(Math.round(blocks / 1e3)) + "k";
  }

  private static String mib(long kb) {
    return kb < 1024 ? "<1" : Words.number(Math.round(kb / 1024.0));
  }

  private static void legend(Markup page, List<BlockCount> blocks, ZoneVerdict zone, int order) {
    page.open("p", "class", "keys");
    for (String letter : FreeBlocks.LETTERS) {
      if (blocks.stream().anyMatch(b -> b.types().contains(letter))) {
        page.open("span").open("i", "class", "key type-" + letter).close();
        page.text(FreeBlocks.type(letter.charAt(0))).close().text(" ");
      }
    }
    page.close();
    if (order > 0) {
      long below = FreeBlocks.pagesBelow(zone, order);
      page.element(
          "p",
          Words.number(below)
              + " of "
              + Words.number(FreeBlocks.pages(zone))
              + " free pages lie in blocks that are too small for order "
              + order
              + " (pale).",
          "class",
          "note");
    }
  }
}
