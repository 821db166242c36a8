package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.Value;
import dev.quarry.physical.Pfn;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Why powers of two: the same requests of 1 to 64 pages on a first-fit list, which looks at free
 * extents one by one and gives away exactly what was asked for, and on the buddy system, which
 * rounds up and finds a block by its order.
 */
final class FirstFitComparison {
  private static final int LARGEST_REQUEST = 64;

  private final Random random;
  private final FirstFitList list;
  private final BuddySource buddy;
  private final List<Held> held = new ArrayList<>();
  private long heldPages;
  private long asked;
  private long requests;
  private long listFailed;
  private long buddyFailed;

  /** A request that lives: where each of the two put it, or NONE. */
  private record Held(int pages, int inList, int inBuddy) {}

  private FirstFitComparison(int pages, long seed, BuddySource buddy) {
    this.random = new Random(seed);
    this.list = new FirstFitList(pages);
    this.buddy = buddy;
  }

  static Value run(Call call, Session session) {
    call.atMost(0);
    int pages = call.number("pages", 4096, 2048, 1 << 20) & -1024;
    int steps = call.number("steps", 20_000, 1, 1_000_000);
    int load = call.number("load", 60, 1, 100);
    long seed = call.number("seed", 1, 0, Integer.MAX_VALUE);
    session.spend(1_000 + steps * (5L + pages / 4096)); // a machine, and a list to search
    try (BuddySource buddy = new BuddySource(pages)) {
      FirstFitComparison comparison = new FirstFitComparison(pages, seed, buddy);
      for (int step = 0; step < steps; step++) {
        comparison.step(pages * (long) load / 100);
      }
      return new Value.Text(comparison.report());
    }
  }

  /** A request while less than {@code most} pages are asked for, else a free of a random one. */
  private void step(long most) {
    if (heldPages >= most) {
      Held block = held.remove(random.nextInt(held.size()));
      heldPages -= block.pages;
      if (block.inList != Pfn.NONE) {
        list.free(block.inList, block.pages);
      }
      if (block.inBuddy != Pfn.NONE) {
        buddy.free(block.inBuddy, block.pages);
      }
      return;
    }
    int pages = 1 + random.nextInt(LARGEST_REQUEST);
    Held block = new Held(pages, list.allocate(pages), buddy.allocate(pages));
    held.add(block);
    heldPages += pages;
    requests++;
    asked += block.inBuddy == Pfn.NONE ? 0 : pages;
    listFailed += block.inList == Pfn.NONE ? 1 : 0;
    buddyFailed += block.inBuddy == Pfn.NONE ? 1 : 0;
  }

  private String report() {
    PageSourceWork first = list.work();
    PageSourceWork second = buddy.work();
    long frees = Math.max(1, requests - held.size());
    return String.format(
        Locale.ROOT,
        """
                                   first fit      buddy
        steps to allocate, mean   %10.1f %10.1f   extents looked at; lists and splits
        steps to free, mean       %10.1f %10.1f   extents passed; blocks merged
        places to search, at most %10d %10d   extents; lists, one for each order
        requests that failed      %10d %10d   of %d
        free pages at the end     %10d %10d
        of them in one piece      %10d %10d
        lost by rounding up       %9.1f%% %9.1f%%   of what was asked for\
        """,
        (double) first.allocating() / requests,
        (double) second.allocating() / requests,
        (double) first.freeing() / frees,
        (double) second.freeing() / frees,
        first.longestList(),
        second.longestList(),
        listFailed,
        buddyFailed,
        requests,
        list.free(),
        buddy.free(),
        list.largestFree(),
        buddy.largestFree(),
        0.0,
        asked == 0 ? 0 : (second.given() - asked) * 100.0 / asked);
  }
}
