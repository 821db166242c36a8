package dev.quarry.replay.movable;

import dev.quarry.physical.FrameRanges;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.MigrateType;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pageblocks;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;

/**
 * Marks used frames of a zone as pages of LRU lists. Where they are is drawn at random; the same
 * seed draws the same frames.
 *
 * <pre>
 *   TOGETHER   MMMM|MMMM|MMxx|xxxx     movable pageblocks first, whole ones, in random order
 *   SPREAD     MxMM|xMMx|MMxM|MxMM     M marked  x used  | pageblock
 * </pre>
 */
public final class MovableFrames {
  private final PhysicalMemory memory;
  private final MemMap map;
  private final Pageblocks pageblocks;
  private final SplittableRandom random;

  /** For a machine whose free blocks are where they belong. */
  public MovableFrames(PhysicalMemory memory, long seed) {
    this.memory = memory;
    this.map = memory.map();
    this.pageblocks = memory.pageblocks();
    this.random = new SplittableRandom(seed);
  }

  /**
   * Marks so many frames of a zone, or all used ones if there are fewer.
   *
   * @return how many were marked
   */
  public long place(Zone zone, long pages, Unmovable unmovable) {
    return switch (unmovable) {
      case TOGETHER -> together(zone, pages);
      case SPREAD -> spread(zone, pages);
    };
  }

  /**
   * Marks the used frames of a zone that are known to be movable.
   *
   * @return how many were marked
   */
  public long placeExactly(Zone zone, IntPredicate isMovable) {
    long[] marked = {0};
    forEachUsed(
        zone,
        pfn -> {
          if (isMovable.test(pfn)) {
            map.setFlags(pfn, PageState.LRU);
            marked[0]++;
          }
        });
    return marked[0];
  }

  private long together(Zone zone, long pages) {
    int first = zone.startPfn() >>> pageblocks.order();
    int[] used = new int[((zone.endPfn() - 1) >>> pageblocks.order()) - first + 1];
    forEachUsed(zone, pfn -> used[(pfn >>> pageblocks.order()) - first]++);
    int[] quota = new int[used.length];
    long left = pages;
    int[] order = shuffled(used.length);
    for (boolean movable : new boolean[] {true, false}) {
      for (int block : order) {
        if (isMovable(Math.max(zone.startPfn(), (first + block) << pageblocks.order()))
            == movable) {
          quota[block] = (int) Math.min(left, used[block]);
          left -= quota[block];
        }
      }
    }
    return placeExactly(zone, pfn -> quota[(pfn >>> pageblocks.order()) - first]-- > 0);
  }

  private boolean isMovable(int pfn) {
    int type = pageblocks.type(pfn);
    return type == MigrateType.MOVABLE || type == MigrateType.CMA;
  }

  private long spread(Zone zone, long pages) {
    long[] left = {0, pages};
    forEachUsed(zone, pfn -> left[0]++);
    return placeExactly(
        zone,
        pfn -> {
          boolean chosen = random.nextLong(left[0]) < left[1];
          left[0]--;
          left[1] -= chosen ? 1 : 0;
          return chosen;
        });
  }

  /** Numbers from 0 in random order. */
  private int[] shuffled(int count) {
    int[] numbers = new int[count];
    for (int i = 0; i < count; i++) {
      int place = random.nextInt(i + 1);
      numbers[i] = numbers[place];
      numbers[place] = i;
    }
    return numbers;
  }

  /** Frames of RAM that are in no free block and on no per-CPU list. */
  private void forEachUsed(Zone zone, IntConsumer frame) {
    FrameRanges given = zone.presentRanges().minus(memory.reserved());
    for (int range = 0; range < given.count(); range++) {
      int pfn = given.start(range);
      while (pfn < given.end(range)) {
        long state = map.state(pfn);
        boolean head = PageState.isHead(state);
        if (!head) {
          frame.accept(pfn);
        }
        pfn += head ? 1 << PageState.order(state) : 1;
      }
    }
  }
}
