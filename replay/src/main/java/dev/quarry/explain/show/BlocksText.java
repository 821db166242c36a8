package dev.quarry.explain.show;

import dev.quarry.explain.log.BlockCount;
import dev.quarry.explain.verdict.Explanation;
import dev.quarry.explain.verdict.ZoneVerdict;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The deciding zone's free blocks by order, for a request of more than one page. */
final class BlocksText {
  private final Explanation of;
  private final ZoneVerdict zone;
  private final Ink ink;

  BlocksText(Explanation of, ZoneVerdict zone, Ink ink) {
    this.of = of;
    this.zone = zone;
    this.ink = ink;
  }

  void print(StringBuilder page) {
    int order = Zones.order(of);
    List<BlockCount> blocks = FreeBlocks.of(zone);
    if (order == 0 || blocks.isEmpty()) {
      return;
    }
    ExplainText.title(page, "free blocks of " + Zones.name(of, zone), ink);
    Columns table = new Columns("rrrll", 24);
    table.add(ink::faint, "order", "size", "blocks", "types", "");
    for (BlockCount block : shown(blocks)) {
      table.add(
          "" + block.order(),
          Words.size(FreeBlocks.kb(block, of.report())),
          Words.number(block.count()),
          block.types(),
          FreeBlocks.whyNot(block, zone, order) + (block.order() == order ? " <- needed" : ""));
    }
    table.print(page);
    rest(page, blocks);
    Words.paragraph(page, "  ", "  ", summary(order));
    legend(page, blocks);
  }

  /** Orders at the end of which there is no block are one line, not many. */
  private List<BlockCount> shown(List<BlockCount> blocks) {
    int last = Math.max(lastFilled(blocks), Math.min(Zones.order(of), blocks.size() - 1));
    return blocks.subList(0, last + 1);
  }

  private void rest(StringBuilder page, List<BlockCount> blocks) {
    int first = shown(blocks).size();
    if (first < blocks.size()) {
      int end = blocks.getLast().order();
      String orders =
          first == blocks.size() - 1
              ? "order " + end
              : "orders " + blocks.get(first).order() + " to " + end;
      page.append("  no block of ").append(orders).append('\n');
    }
  }

  private static int lastFilled(List<BlockCount> blocks) {
    int last = blocks.size() - 1;
    while (last > 0 && blocks.get(last).count() == 0) {
      last--;
    }
    return last;
  }

  private String summary(int order) {
    long below = FreeBlocks.pagesBelow(zone, order);
    long all = FreeBlocks.pages(zone);
    return String.format(
        Locale.ROOT,
        "%s of %s free pages lie in blocks that are too small for order %d.",
        Words.number(below),
        Words.number(all),
        order);
  }

  private static void legend(StringBuilder page, List<BlockCount> blocks) {
    String types =
        FreeBlocks.LETTERS.stream()
            .filter(letter -> blocks.stream().anyMatch(b -> b.types().contains(letter)))
            .map(letter -> letter + " " + FreeBlocks.type(letter.charAt(0)))
            .collect(Collectors.joining(", "));
    if (!types.isEmpty()) {
      page.append("  ").append(types).append('\n');
    }
  }
}
