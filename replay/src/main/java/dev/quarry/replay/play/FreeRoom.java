package dev.quarry.replay.play;

import dev.quarry.physical.FrameRanges;
import dev.quarry.physical.MigrateType;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Places for free blocks in a zone, largest orders first, such that no two are buddies that the
 * kernel would have joined. A block is cut off the beginning of a piece; the rest are pieces of
 * each order below, and the one beside the block may only be used in parts:
 *
 * <pre>
 *   piece of order 3      [. . . . . . . .]
 *   a block of order 1    [1 1|. .|. . . .]     left: order 1, only in parts; order 2, whole or not
 * </pre>
 *
 * <p>A pageblock belongs to the type that first takes of it.
 */
final class FreeRoom {
  /** There is no room. */
  static final int NONE = -1;

  private final FrameRanges ram;
  private final int pageblockOrder;
  private final int maxOrder;
  private final int startPfn;
  private final int endPfn;

  /** Pageblocks that belong to a type; by their number in the machine. */
  private final BitSet owned = new BitSet();

  private final int[] ownedByType = new int[MigrateType.COUNT];

  /** For each order from a pageblock's on: where to look next, and the blocks that were placed. */
  private final int[] cursors;

  private final List<BitSet> placed = new ArrayList<>();

  /** Pieces of pageblocks by type and order: any use, and in parts only. */
  private final List<ArrayDeque<Integer>> whole = new ArrayList<>();

  private final List<ArrayDeque<Integer>> parts = new ArrayList<>();
  private int nextBlock;

  FreeRoom(PhysicalMemory memory, Zone zone) {
    this.ram = zone.presentRanges().minus(memory.reserved());
    this.pageblockOrder = memory.pageblocks().order();
    this.maxOrder = memory.spec().maxOrder();
    this.startPfn = zone.startPfn();
    this.endPfn = zone.endPfn();
    this.nextBlock = startPfn >>> pageblockOrder;
    this.cursors = new int[maxOrder + 1 - pageblockOrder];
    for (int i = 0; i < cursors.length; i++) {
      int size = 1 << (pageblockOrder + i);
      cursors[i] = Math.ceilDiv(startPfn, size) * size;
      placed.add(new BitSet());
    }
    for (int i = 0; i < MigrateType.COUNT * (pageblockOrder + 1); i++) {
      whole.add(new ArrayDeque<>());
      parts.add(new ArrayDeque<>());
    }
  }

  /**
   * A place for a block; orders must not rise from call to call.
   *
   * @return its first frame, or {@link #NONE}
   */
  int take(int order, int migrateType) {
    return order >= pageblockOrder ? takeLarge(order, migrateType) : takeSmall(order, migrateType);
  }

  private int takeLarge(int order, int migrateType) {
    int step = order - pageblockOrder;
    BitSet taken = placed.get(step);
    for (int pfn = cursors[step]; pfn + (1L << order) <= endPfn; pfn += 1 << order) {
      int number = pfn >>> order;
      boolean joined = order < maxOrder && taken.get(number ^ 1);
      int first = pfn >>> pageblockOrder;
      int end = first + (1 << step);
      int next = owned.nextSetBit(first);
      boolean free = next < 0 || next >= end;
      if (free && !joined && isRam(pfn, order)) {
        taken.set(number);
        owned.set(first, end);
        ownedByType[migrateType] += 1 << step;
        cursors[step] = pfn + (1 << order);
        return pfn;
      }
    }
    cursors[step] = endPfn;
    return NONE;
  }

  private boolean isRam(int pfn, int order) {
    int frames = 1 << order;
    return ram.within(pfn, pfn + frames).frames() == frames;
  }

  private int takeSmall(int order, int migrateType) {
    do {
      Integer fits = pieces(whole, migrateType, order).poll();
      if (fits != null) {
        return fits;
      }
      for (int larger = order + 1; larger <= pageblockOrder; larger++) {
        Integer piece = pieces(parts, migrateType, larger).poll();
        piece = piece == null ? pieces(whole, migrateType, larger).poll() : piece;
        if (piece != null) {
          keepRest(piece, larger, order, migrateType);
          return piece;
        }
      }
    } while (claim(migrateType));
    return NONE;
  }

  private ArrayDeque<Integer> pieces(List<ArrayDeque<Integer>> kind, int migrateType, int order) {
    return kind.get(migrateType * (pageblockOrder + 1) + order);
  }

  private void keepRest(int piece, int pieceOrder, int order, int migrateType) {
    pieces(parts, migrateType, order).add(piece + (1 << order));
    for (int rest = order + 1; rest < pieceOrder; rest++) {
      pieces(whole, migrateType, rest).add(piece + (1 << rest));
    }
  }

  /** Makes the next pageblock the type's; false: there is none. */
  private boolean claim(int migrateType) {
    int block = nextRamBlock(nextBlock);
    nextBlock = block + 1;
    if (startOf(block) >= endPfn) {
      return false;
    }
    owned.set(block);
    ownedByType[migrateType]++;
    FrameRanges frames = ram.within(startOf(block), (block + 1) << pageblockOrder);
    for (int i = 0; i < frames.count(); i++) {
      for (int pfn = frames.start(i); pfn < frames.end(i); ) {
        int order = Math.min(pageblockOrder, Integer.numberOfTrailingZeros(pfn));
        while (pfn + (1L << order) > frames.end(i)) {
          order--;
        }
        pieces(whole, migrateType, order).add(pfn);
        pfn += 1 << order;
      }
    }
    return true;
  }

  private int startOf(int block) {
    return Math.max(startPfn, block << pageblockOrder);
  }

  /** The first pageblock from this one on that has RAM and no owner; the zone's end if none has. */
  private int nextRamBlock(int from) {
    int block = owned.nextClearBit(from);
    while (startOf(block) < endPfn
        && ram.within(startOf(block), (block + 1) << pageblockOrder).count() == 0) {
      block = owned.nextClearBit(block + 1);
    }
    return block;
  }

  /** Receives pageblocks. */
  @FunctionalInterface
  interface PageblockConsumer {
    /** The pageblock of a frame is of a migrate type. */
    void accept(int pfn, int migrateType);
  }

  /** Gives pageblocks without free blocks to the types that have fewer than they should. */
  void typeTheRest(long[] wanted, PageblockConsumer consumer) {
    for (int type = 0; type < wanted.length; type++) {
      for (long left = wanted[type] - ownedByType[type]; left > 0; left--) {
        int block = nextRamBlock(nextBlock);
        nextBlock = block + 1;
        if (startOf(block) >= endPfn) {
          return;
        }
        consumer.accept(startOf(block), type);
      }
    }
  }
}
