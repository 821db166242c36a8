package dev.quarry.virtual.tlb;

import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.tlb.TlbGeometry.Array;
import java.util.ArrayList;
import java.util.List;

/**
 * The arrays of one TLB, asked in the order of their levels. A pair of an array and a page size is
 * a probe, as each size looks in another set.
 *
 * <pre>
 *   key    | page, in its own size              | size   | ASID   |
 *          63                                 16 15    12 11      0
 * </pre>
 *
 * <p>A page that is larger than what a level holds is there in pieces.
 */
final class TlbArrays {
  private static final int PAGE_SHIFT = PageTableLayout.PAGE_SHIFT;
  private static final int KEY_PAGE_SHIFT = 16;
  private static final int KEY_SIZE_SHIFT = 12;
  private static final int ASID_MASK = 0xFFF;
  private static final int SIDES = 2;
  private static final int NO_PROBE = -1;
  private static final PageSize[] SIZES = PageSize.values();

  private final PageTableLayout layout;
  private final List<Array> specs;
  private final TlbArray[] all;

  private final TlbArray[][] arrays = new TlbArray[SIDES][];
  private final int[][] shifts = new int[SIDES][];
  private final int[][] levels = new int[SIDES][];
  private final int[][] sizes = new int[SIDES][];

  /** Whether a page of this size was ever put there: most programs have no large ones. */
  private final boolean[][] used = new boolean[SIDES][];

  /** For side, size of a page and level: the probe that a page goes to. */
  private final int[][][] targets = new int[SIDES][SIZES.length][];

  /** For each side the arrays that pages of 4 KiB go to. */
  private final TlbArray[][] smallTargets = new TlbArray[SIDES][];

  /** The bits of an address that tables translate, both halves of the range. */
  private final long addressMask;

  private long foundValue;
  private int foundSize;

  TlbArrays(TlbGeometry geometry, PageTableLayout layout) {
    this.layout = layout;
    this.addressMask = (layout.allPages() << PAGE_SHIFT) - 1;
    this.specs = geometry.arrays();
    this.all = new TlbArray[specs.size()];
    for (int i = 0; i < all.length; i++) {
      Array spec = specs.get(i);
      all[i] = new TlbArray(spec.entries(), spec.ways(), geometry.replacement());
    }
    for (int side = 0; side < SIDES; side++) {
      makeProbes(side, geometry.levels());
    }
  }

  private record Probe(int array, int level, PageSize size) {}

  private void makeProbes(int side, int nrLevels) {
    List<Probe> probes = new ArrayList<>();
    for (int level = 1; level <= nrLevels; level++) {
      for (int i = 0; i < all.length; i++) {
        Array spec = specs.get(i);
        if (spec.level() == level && spec.side().serves(side == TlbStats.FETCH)) {
          for (PageSize size : spec.sizes()) {
            if (size.level() < layout.levels()) {
              probes.add(new Probe(i, level, size));
            }
          }
        }
      }
    }
    int count = probes.size();
    arrays[side] = new TlbArray[count];
    shifts[side] = new int[count];
    levels[side] = new int[count];
    sizes[side] = new int[count];
    used[side] = new boolean[count];
    for (int i = 0; i < count; i++) {
      Probe probe = probes.get(i);
      arrays[side][i] = all[probe.array];
      shifts[side][i] = probe.size.shift(layout);
      levels[side][i] = probe.level;
      sizes[side][i] = probe.size.ordinal();
    }
    for (PageSize size : SIZES) {
      targets[side][size.ordinal()] = targets(probes, size, nrLevels);
    }
    List<TlbArray> small = new ArrayList<>();
    for (int target : targets[side][0]) {
      if (target != NO_PROBE) {
        small.add(arrays[side][target]);
        used[side][target] = true;
      }
    }
    smallTargets[side] = small.toArray(TlbArray[]::new);
  }

  /** For each level the probe of the largest size that is not above a page's. */
  private static int[] targets(List<Probe> probes, PageSize size, int nrLevels) {
    int[] best = new int[nrLevels + 1];
    for (int level = 0; level <= nrLevels; level++) {
      best[level] = NO_PROBE;
      for (int i = 0; i < probes.size(); i++) {
        Probe probe = probes.get(i);
        boolean fits = probe.level == level && probe.size.compareTo(size) <= 0;
        if (fits
            && (best[level] == NO_PROBE
                || probe.size.compareTo(probes.get(best[level]).size) > 0)) {
          best[level] = i;
        }
      }
    }
    return best;
  }

  static int asid(long key) {
    return (int) key & ASID_MASK;
  }

  static PageSize size(long key) {
    return SIZES[(int) (key >>> KEY_SIZE_SHIFT) & 0xF];
  }

  static long page(long key) {
    return key >>> KEY_PAGE_SHIFT;
  }

  static long key(long page, int size, int asid) {
    return page << KEY_PAGE_SHIFT | (long) size << KEY_SIZE_SHIFT | asid;
  }

  /** The probe that has an address, or a number below 0. */
  int find(int side, long address, int asid) {
    long inRange = address & addressMask;
    TlbArray[] probes = arrays[side];
    int[] shift = shifts[side];
    int[] size = sizes[side];
    boolean[] isUsed = used[side];
    for (int i = 0; i < probes.length; i++) {
      if (isUsed[i]) {
        long page = inRange >>> shift[i];
        TlbArray array = probes[i];
        int at = array.find(key(page, size[i], asid), page);
        if (at >= 0) {
          foundValue = array.value(at);
          foundSize = size[i];
          return i;
        }
      }
    }
    return NO_PROBE;
  }

  /** What {@link #find} found, for the page of 4 KiB that was looked for. */
  long foundValue(long address) {
    return foundSize == 0
        ? foundValue
        : foundValue | (address & ((1L << layout.shift(foundSize)) - 1) & -(1L << PAGE_SHIFT));
  }

  int level(int side, int probe) {
    return levels[side][probe];
  }

  /** After a hit: the levels above get it too. */
  void fillAbove(int side, int probe, long address, int asid) {
    int level = levels[side][probe];
    if (level > 1) {
      fill(side, address, asid, foundValue, foundSize, level);
    }
  }

  /** After a walk: all levels get the page. */
  void fill(int side, long address, int asid, long value, int leafLevel) {
    if (leafLevel != PageTableLayout.PTE_LEVEL) {
      fill(side, address, asid, value, leafLevel, targets[side][leafLevel].length);
      return;
    }
    long page = (address & addressMask) >>> PAGE_SHIFT;
    long key = key(page, 0, asid);
    for (TlbArray array : smallTargets[side]) {
      array.insert(key, page, value);
    }
  }

  private void fill(int side, long address, int asid, long value, int leafLevel, int endLevel) {
    int[] target = targets[side][leafLevel];
    for (int level = 1; level < endLevel; level++) {
      int probe = target[level];
      if (probe == NO_PROBE) {
        continue;
      }
      int size = sizes[side][probe];
      int shift = shifts[side][probe];
      long page = (address & addressMask) >>> shift;
      long piece =
          size == leafLevel
              ? value
              : value | (address & ((1L << layout.shift(leafLevel)) - 1) & -(1L << shift));
      used[side][probe] = true;
      arrays[side][probe].insert(key(page, size, asid), page, piece);
    }
  }

  /** Takes the page of an address out, of whatever size, on both sides; how many entries. */
  int remove(long address, int asid) {
    int removed = 0;
    long from0 = address & addressMask;
    for (int side = 0; side < SIDES; side++) {
      for (int i = 0; i < arrays[side].length; i++) {
        if (used[side][i]) {
          long page = from0 >>> shifts[side][i];
          removed += arrays[side][i].remove(key(page, sizes[side][i], asid), page) ? 1 : 0;
        }
      }
    }
    return removed;
  }

  int removeIf(TlbArray.KeyTest test) {
    int removed = 0;
    for (TlbArray array : all) {
      removed += array.removeIf(test);
    }
    return removed;
  }

  void forEach(TlbListing listing) {
    for (int i = 0; i < all.length; i++) {
      listing.pages(specs.get(i).text(), all[i]);
    }
  }

  String words() {
    return String.join(", ", specs.stream().map(Array::text).toList());
  }
}
