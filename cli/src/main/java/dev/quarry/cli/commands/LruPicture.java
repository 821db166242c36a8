package dev.quarry.cli.commands;

import dev.quarry.physical.FreeList;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import dev.quarry.reclaim.LruList;
import dev.quarry.reclaim.Lruvec;
import java.util.Locale;
import java.util.Map;

/**
 * The lists of a node from the page that was added last to the one that goes first, as many pages
 * in a cell as are needed to have all lists in a line each.
 *
 * <pre>
 *   active anon      512  ████rr██              added ──► first to go
 *   inactive anon  1,024  ██ss████rrr█████
 * </pre>
 */
final class LruPicture {
  private static final int COLUMNS = 64;

  private final MemMap map;
  private final Lruvec lruvec;

  LruPicture(MemMap map, Lruvec lruvec) {
    this.map = map;
    this.lruvec = lruvec;
  }

  String draw() {
    Map<String, FreeList> lists = lruvec.namedLists();
    int longest = lists.values().stream().mapToInt(FreeList::count).max().orElse(0);
    int perCell = Math.max(1, (longest + COLUMNS - 1) / COLUMNS);
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT,
            "Node %d, LRU lists, each cell %s: added last on the left, first to go on the right%n"
                + "  r most were referenced, d dirty, s in the swap cache%n",
            lruvec.node().id(),
            Counted.of(perCell, "page")));
    lists.forEach((name, list) ->
        out.append(
            String.format(
                Locale.ROOT, "  %-18s %,7d  %s%n", name, list.count(), cells(list, perCell))));
    out.append(
        String.format(
            Locale.ROOT, "  %-18s %,7d", "unevictable", lruvec.size(LruList.UNEVICTABLE)));
    return out.toString().replaceAll(" +\n", "\n");
  }

  private String cells(FreeList list, int perCell) {
    StringBuilder out = new StringBuilder();
    int pfn = list.first();
    while (pfn != Pfn.NONE) {
      int pages = 0;
      int referenced = 0;
      int dirty = 0;
      int swapped = 0;
      for (; pages < perCell && pfn != Pfn.NONE; pages++) {
        int flags = PageState.flags(map.state(pfn));
        boolean file = (flags & PageState.SWAPBACKED) == 0;
        referenced += (flags & PageState.REFERENCED) != 0 ? 1 : 0;
        dirty += file && (flags & PageState.DIRTY) != 0 ? 1 : 0;
        swapped += (flags & PageState.SWAPCACHE) != 0 ? 1 : 0;
        pfn = list.after(pfn);
      }
      out.append(cell(pages, referenced, dirty, swapped));
    }
    return out.toString();
  }

  private static char cell(int pages, int referenced, int dirty, int swapped) {
    if (2 * dirty > pages) {
      return 'd';
    }
    if (2 * referenced > pages) {
      return 'r';
    }
    return 2 * swapped > pages ? 's' : '█';
  }
}
