package dev.quarry.explain.twin;

import dev.quarry.physical.MigrateType;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;

/**
 * All free blocks of a zone at places drawn at random, each in a chunk of its migrate type: what
 * compaction works on. A zone larger than the bound is taken in proportion, and keeps at least one
 * block of each list.
 *
 * <pre>
 *   U U M M M M M C H    chunks; drawn as many as free and used pages of each type need,
 *   M U C M U M H M M    then shuffled. Two free buddies are never free: the kernel joins them
 * </pre>
 */
final class WholePlacement implements Placement {
  /** How often a place is drawn before all are looked at. */
  private static final int DRAWS = 32;

  /** A chunk takes free blocks for at most this part of it, so that buddies can be held. */
  private static final int SPARSE = 3;

  private static final int NOWHERE = -1;

  private final ZonePlan zone;
  private final long movable;
  private final int maxOrder;
  private final int chunk;
  private final int most;
  private final SplittableRandom random;
  private final List<Block> blocks = new ArrayList<>();
  private final List<Integer> types = new ArrayList<>();

  private WholePlacement(ZonePlan zone, long movable, int maxOrder, int most, long seed) {
    this.zone = zone;
    this.movable = movable;
    this.maxOrder = maxOrder;
    this.chunk = 1 << maxOrder;
    this.most = most;
    this.random = new SplittableRandom(seed);
  }

  /**
   * Places the blocks of a zone.
   *
   * @param movable pages of it that can move
   * @param most frames that it is to have
   */
  static WholePlacement of(ZonePlan zone, long movable, int maxOrder, int most, long seed) {
    WholePlacement placement = new WholePlacement(zone, movable, maxOrder, most, seed);
    placement.place();
    return placement;
  }

  /** Pages of the zone that one frame here stands for, at least 1. */
  static double scale(ZonePlan zone, int most) {
    return Math.max(1, zone.present() / (double) most);
  }

  private double scale() {
    return scale(zone, most);
  }

  private void place() {
    long[][] counts = counts();
    int all = (int) Math.min(most, zone.present());
    int chunks = Math.max(1, all / chunk);
    for (int type = MigrateType.COUNT - 1; type >= 0; type--) {
      if (type != MigrateType.UNMOVABLE) {
        group(type, counts[type], used(type, counts[type]));
      }
    }
    // Everything else is unmovable.
    long rest = (long) (chunks - types.size()) * chunk;
    group(MigrateType.UNMOVABLE, counts[MigrateType.UNMOVABLE], rest - free(counts[0]));
    shuffle();
  }

  /** Blocks by type and order, in proportion. A list of several types is shared among them. */
  private long[][] counts() {
    long[][] counts = new long[MigrateType.COUNT][maxOrder + 1];
    for (int order = 0; order <= maxOrder; order++) {
      int lists = zone.types().get(order);
      long blocksLeft = zone.nrFree().get(order);
      int typesLeft = Integer.bitCount(lists);
      for (int type = 0; type < MigrateType.COUNT && typesLeft > 0; type++) {
        if ((lists >>> type & 1) != 0) {
          long share = blocksLeft / typesLeft;
          counts[type][order] = share == 0 ? 0 : Math.max(1, Math.round(share / scale()));
          blocksLeft -= share;
          typesLeft--;
        }
      }
    }
    return counts;
  }

  private static long free(long[] counts) {
    long pages = 0;
    for (int order = 0; order < counts.length; order++) {
      pages += counts[order] << order;
    }
    return pages;
  }

  /** Used pages in pageblocks of a type; of reclaimable ones the log does not tell: as many. */
  private long used(int type, long[] counts) {
    return switch (type) {
      case MigrateType.MOVABLE -> Math.round(movable / scale());
      case MigrateType.HIGHATOMIC ->
          Math.max(0, Math.round(zone.counters().reservedHighatomic() / scale()) - free(counts));
      default -> free(counts);
    };
  }

  /** Chunks of a type with its free blocks, behind those that there are. */
  private void group(int type, long[] counts, long used) {
    long free = free(counts);
    long small = free - (counts[maxOrder] << maxOrder);
    long pages = Math.max(free + Math.max(0, used), free - small + SPARSE * small);
    int chunks = (int) Math.min((pages + chunk - 1) / chunk, most / chunk + 1L);
    Group group = new Group(types.size() * chunk, chunks * chunk);
    for (int i = 0; i < chunks; i++) {
      types.add(type);
    }
    for (int order = maxOrder; order >= 0; order--) {
      for (long left = counts[order]; left > 0; left--) {
        int offset = group.take(order);
        if (offset == NOWHERE) {
          break; // the log contradicts itself, or the bound does: the counters stay
        }
        blocks.add(new Block(offset, order, type));
      }
    }
  }

  /** The frames of one type. */
  private final class Group {
    private final int start;
    private final int frames;
    private final BitSet free;

    /** First frames of the blocks of the order that is placed now. */
    private BitSet heads = new BitSet();

    private int order = NOWHERE;

    Group(int start, int frames) {
      this.start = start;
      this.frames = frames;
      this.free = new BitSet(frames);
    }

    /** A place for a block whose buddy is not free as a whole, or nowhere. */
    int take(int wanted) {
      if (wanted != order) {
        order = wanted;
        heads = new BitSet();
      }
      int places = frames >>> order;
      if (places == 0) {
        return NOWHERE;
      }
      for (int draw = 0; draw < DRAWS; draw++) {
        int place = random.nextInt(places);
        if (fits(place << order)) {
          return taken(place << order);
        }
      }
      int first = random.nextInt(places);
      for (int i = 0; i < places; i++) {
        int place = (first + i) % places;
        if (fits(place << order)) {
          return taken(place << order);
        }
      }
      return NOWHERE;
    }

    private boolean fits(int offset) {
      int next = free.nextSetBit(offset);
      boolean clear = next < 0 || next >= offset + (1 << order);
      return clear && (order == maxOrder || !heads.get(offset ^ (1 << order)));
    }

    private int taken(int offset) {
      free.set(offset, offset + (1 << order));
      heads.set(offset);
      return start + offset;
    }
  }

  /** Gives the chunks other places. */
  private void shuffle() {
    int[] placeOf = new int[types.size()];
    for (int i = 0; i < placeOf.length; i++) {
      int other = random.nextInt(i + 1);
      placeOf[i] = placeOf[other];
      placeOf[other] = i;
    }
    List<Integer> before = List.copyOf(types);
    for (int i = 0; i < placeOf.length; i++) {
      types.set(placeOf[i], before.get(i));
    }
    blocks.replaceAll(block ->
        new Block(
            (placeOf[block.offset() >>> maxOrder] << maxOrder) | (block.offset() & (chunk - 1)),
            block.order(),
            block.migrateType()));
  }

  @Override
  public List<Block> blocks() {
    return blocks;
  }

  @Override
  public int frames() {
    return types.size() * chunk;
  }

  @Override
  public List<Integer> chunkTypes() {
    return types;
  }
}
