package dev.quarry.reclaim;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The swap areas of a machine: {@code swap_info}, {@code swap_avail_head} (mm/swapfile.c, 6.18).
 * The highest priority is filled first; areas of the same one take turns.
 */
public final class SwapAreas {
  /** MAX_SWAPFILES, those that x86 keeps for itself not counted. */
  static final int MOST = 28;

  private final int cpus;
  private final @Nullable SwapArea[] byType = new SwapArea[MOST];

  /** Behind the highest number that an area had. */
  private volatile int endType;

  private final List<SwapArea> byPriority = new ArrayList<>();
  private int nextPriority = -1;

  SwapAreas(int cpus) {
    this.cpus = cpus;
  }

  /** The areas, the one with the lowest number first. */
  public synchronized List<SwapArea> all() {
    List<SwapArea> all = new ArrayList<>(byPriority);
    all.sort(Comparator.comparingInt(SwapArea::type));
    return all;
  }

  SwapArea of(int type) {
    SwapArea area = byType[type];
    if (area == null) {
      throw new IllegalStateException("there is no swap area " + type);
    }
    return area;
  }

  /** What the private word of a page in the swap cache says, in words. */
  public String place(int word) {
    return of(word >>> Swap.SLOT_BITS).name() + ", slot " + (word & Swap.SLOT_MASK);
  }

  /** Pages that all areas can hold: SwapTotal. */
  public synchronized long totalPages() {
    long pages = 0;
    for (SwapArea area : byPriority) {
      pages += area.pages();
    }
    return pages;
  }

  /** Free slots: SwapFree. */
  public long freePages() {
    long free = 0;
    for (int type = 0; type < endType; type++) {
      SwapArea area = byType[type];
      if (area != null && area.isWritable()) {
        free += area.pages() - area.used();
      }
    }
    return free;
  }

  /** The lowest priority yet, less one: what an area has whose user asks for none. */
  int nextPriority() {
    return --nextPriority;
  }

  synchronized SwapArea add(String name, int priority, int slots, SwapStore store) {
    for (SwapArea area : byPriority) {
      if (area.name().equals(name)) {
        throw new SwapException(name + ": it is in use as swap already");
      }
    }
    for (int type = 0; type < MOST; type++) {
      if (byType[type] == null) {
        SwapArea area = new SwapArea(type, name, priority, slots, store, cpus);
        byType[type] = area;
        endType = Math.max(endType, type + 1);
        byPriority.add(area);
        byPriority.sort(Comparator.comparingInt(SwapArea::priority).reversed());
        return area;
      }
    }
    throw new SwapException(name + ": there are " + MOST + " swap areas already");
  }

  synchronized void remove(SwapArea area) {
    byType[area.type()] = null;
    byPriority.remove(area);
  }

  synchronized @Nullable SwapArea named(String name) {
    return byPriority.stream().filter(area -> area.name().equals(name)).findFirst().orElse(null);
  }

  /** The area that takes the next page, or null. */
  synchronized @Nullable SwapArea withRoom() {
    for (int i = 0; i < byPriority.size(); i++) {
      SwapArea area = byPriority.get(i);
      if (area.isWritable() && area.used() < area.pages()) {
        takeTurns(i);
        return area;
      }
    }
    return null;
  }

  /** {@code plist_requeue}: behind the others of its priority. */
  private void takeTurns(int index) {
    SwapArea area = byPriority.get(index);
    int last = index;
    while (last + 1 < byPriority.size() && byPriority.get(last + 1).priority() == area.priority()) {
      last++;
    }
    if (last != index) {
      byPriority.remove(index);
      byPriority.add(last, area);
    }
  }
}
