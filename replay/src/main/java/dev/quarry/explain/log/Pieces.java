package dev.quarry.explain.log;

import dev.quarry.explain.log.text.Cursor;
import org.jspecify.annotations.Nullable;

/**
 * A list that the kernel prints piece by piece ({@code KERN_CONT}) comes in as many lines when
 * another CPU prints meanwhile, each with a mark of its own:
 *
 * <pre>
 *   [159.759] Node 0               kept: the next zone is of this node
 *   [159.761]  ? debug_check+0x3c  another's
 *   [159.765] DMA free:15908kB     Node 0 DMA free:15908kB
 *   [159.802] lowmem_reserve[]:    a list begins
 *   [159.806]  ? numa_migrate+0x2  another's
 *   [159.811]  0                   its pieces, to the next line of zones
 *   [159.843]  2868
 * </pre>
 */
final class Pieces {
  /** Entries of the longest {@code lowmem_reserve[]}: a kernel has at most six types of zones. */
  private static final int MOST_RESERVES = 6;

  /** More lines are not between two pieces. */
  private static final int FARTHEST = 60;

  private @Nullable Statement list;
  private boolean listPrefixed;
  private String node = "";
  private long nodeLine;

  /** Takes note of a statement that begins. */
  void begin(Statement statement, boolean prefixed) {
    switch (statement.kind()) {
      case RESERVE, BLOCKS -> list(statement, prefixed);
      case PENDING -> pending(statement, prefixed);
      case TRACE, CPU, HEADER, PASSED, CPUSET, TASK, MEMCG -> {}
      default -> list = null;
    }
  }

  /** The line of a node went on in the next one. */
  void nodeIsWhole() {
    node = "";
  }

  private void list(Statement statement, boolean prefixed) {
    list = statement;
    listPrefixed = prefixed;
  }

  private void pending(Statement statement, boolean prefixed) {
    String text = statement.text();
    if (text.endsWith(":")) {
      list(statement, prefixed);
    } else if (isNode(text)) {
      node = text;
      nodeLine = statement.line();
      list = null;
    }
  }

  private static boolean isNode(String text) {
    Cursor cursor = new Cursor(text);
    boolean named = cursor.skip("Node ") && !cursor.digits().isEmpty();
    return named && cursor.atEnd();
  }

  /** A zone's line with its node, which came in a line before. */
  String withNode(String text, long line) {
    if (node.isEmpty() || line - nodeLine > FARTHEST) {
      return text;
    }
    int end = 0;
    while (end < text.length() && Character.isLetterOrDigit(text.charAt(end))) {
      end++;
    }
    boolean counted = text.startsWith(" free:", end) || text.startsWith(":", end);
    if (!counted || !ZoneNames.isKnown(text.substring(0, end))) {
      return text;
    }
    String whole = node + ' ' + text;
    node = "";
    return whole;
  }

  /**
   * Takes a line that is a piece of the list under way; false if it is none. All pieces have a
   * prefix, or none: the rest of a line that was wrapped is no piece.
   */
  boolean take(String text, long line, boolean prefixed) {
    Statement open = list;
    if (open == null || prefixed != listPrefixed || line - open.lastLine() > FARTHEST) {
      return false;
    }
    if (open.kind() == StatementKind.RESERVE ? !isReserve(open, text) : !isBlocks(open, text)) {
      return false;
    }
    open.append(Seam.SPACE, text, line);
    if (open.kind() == StatementKind.PENDING) {
      open.is(StatementKind.BLOCKS);
    }
    return true;
  }

  /**
   * One number came with the head, or none: a list that is whole has as many as there are zones.
   */
  private static boolean isReserve(Statement open, String text) {
    int colon = open.text().indexOf(':');
    int count = colon < 0 ? 0 : words(open.text().substring(colon + 1));
    String[] more = text.split(" +", -1);
    boolean begun = words(open.firstPart().substring(Math.max(colon, 0))) <= 2;
    if (colon < 0 || !begun || count + more.length > MOST_RESERVES) {
      return false;
    }
    for (String word : more) {
      boolean number = Cursor.isNumber(word) && (word.length() == 1 || word.charAt(0) != '0');
      if (!number) {
        return false;
      }
    }
    return true;
  }

  private static int words(String text) {
    String words = text.strip();
    return words.isEmpty() ? 0 : words.split(" +", -1).length;
  }

  private static boolean isBlocks(Statement open, String text) {
    boolean whole = open.text().indexOf('=') > 0 && open.text().endsWith("B");
    return !whole && WordShape.BLOCKS.seam(open.text(), text) == Seam.SPACE;
  }
}
