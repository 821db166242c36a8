package dev.quarry.cli.commands;

import dev.quarry.physical.Pfn;
import java.util.ArrayList;
import java.util.List;

/** The allocator that the course begins with: a list of free extents, searched from its start. */
final class FirstFitList implements PageSource {
  private static final class Extent {
    int start;
    int pages;

    Extent(int start, int pages) {
      this.start = start;
      this.pages = pages;
    }
  }

  private final List<Extent> extents = new ArrayList<>();
  private long allocating;
  private long freeing;
  private long given;
  private int longest = 1;

  FirstFitList(int pages) {
    extents.add(new Extent(0, pages));
  }

  /** Takes the start of the first extent that is large enough. */
  @Override
  public int allocate(int pages) {
    for (int i = 0; i < extents.size(); i++) {
      allocating++;
      Extent extent = extents.get(i);
      if (extent.pages >= pages) {
        int start = extent.start;
        extent.start += pages;
        extent.pages -= pages;
        given += pages;
        if (extent.pages == 0) {
          extents.remove(i);
        }
        return start;
      }
    }
    return Pfn.NONE;
  }

  /** Puts an extent back where its address belongs, and joins it with its neighbours. */
  @Override
  public void free(int start, int pages) {
    int at = 0;
    while (at < extents.size() && extents.get(at).start < start) {
      at++;
    }
    freeing += at + 1;
    extents.add(at, new Extent(start, pages));
    join(at);
    if (at > 0) {
      join(at - 1);
    }
    longest = Math.max(longest, extents.size());
  }

  private void join(int at) {
    if (at + 1 < extents.size()) {
      Extent extent = extents.get(at);
      Extent next = extents.get(at + 1);
      if (extent.start + extent.pages == next.start) {
        extent.pages += next.pages;
        extents.remove(at + 1);
      }
    }
  }

  @Override
  public PageSourceWork work() {
    return new PageSourceWork(allocating, freeing, longest, given);
  }

  @Override
  public int largestFree() {
    return extents.stream().mapToInt(extent -> extent.pages).max().orElse(0);
  }

  @Override
  public long free() {
    return extents.stream().mapToLong(extent -> extent.pages).sum();
  }
}
