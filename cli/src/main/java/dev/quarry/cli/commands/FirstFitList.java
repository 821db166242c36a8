package dev.quarry.cli.commands;

import dev.quarry.physical.Pfn;
import java.util.ArrayList;
import java.util.List;

/** The allocator that the course begins with: a list of free extents, searched from its start. */
final class FirstFitList {
  private final List<int[]> free = new ArrayList<>();
  private long searches;
  private long looked;

  FirstFitList(int pages) {
    free.add(new int[] {0, pages});
  }

  /** Takes the start of the first extent that is large enough. */
  int allocate(int pages) {
    searches++;
    for (int i = 0; i < free.size(); i++) {
      looked++;
      int[] extent = free.get(i);
      if (extent[1] >= pages) {
        int start = extent[0];
        extent[0] += pages;
        extent[1] -= pages;
        if (extent[1] == 0) {
          free.remove(i);
        }
        return start;
      }
    }
    return Pfn.NONE;
  }

  /** Gives an extent back and joins it with its neighbours. */
  void free(int start, int pages) {
    int at = 0;
    while (at < free.size() && free.get(at)[0] < start) {
      at++;
    }
    free.add(at, new int[] {start, pages});
    join(at);
    if (at > 0) {
      join(at - 1);
    }
  }

  private void join(int at) {
    if (at + 1 < free.size() && free.get(at)[0] + free.get(at)[1] == free.get(at + 1)[0]) {
      free.get(at)[1] += free.remove(at + 1)[1];
    }
  }

  int extents() {
    return free.size();
  }

  double meanSearch() {
    return searches == 0 ? 0 : (double) looked / searches;
  }

  int largest() {
    return free.stream().mapToInt(extent -> extent[1]).max().orElse(0);
  }
}
