package dev.quarry.reclaim;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * A swap area: {@code struct swap_info_struct} (include/linux/swap.h, mm/swapfile.c, 6.18). Its
 * slots are found cluster by cluster, so that what is written together lies together; each CPU
 * fills a cluster of its own.
 *
 * <pre>
 *   slot   0          1 ...               511 | 512 ...             1023 | ...
 *         [ header ][ CPU 0 writes here ──►  ] [ CPU 1 writes here ──►  ]
 * </pre>
 *
 * <p>Equation: {@code used == sum over clusters of slots in use}, the header not counted. The lock
 * of {@link Swap} guards it.
 */
public final class SwapArea {
  static final int NONE = -1;
  private static final int SHIFT = 9;
  private static final int MASK = SwapCluster.SLOTS - 1;

  private final int type;
  private final String name;
  private final int priority;
  private final int slots;
  private final SwapStore store;
  private final @Nullable SwapCluster[] clusters;

  /** Clusters without and with slots in use, of those that have a free one. */
  private final BitSet empty = new BitSet();

  private final BitSet partial = new BitSet();
  private final int[] nextOfCpu;
  private int used;
  private boolean writeOk = true;

  /** Where the last read-ahead was, and how many pages of read-ahead were of use since. */
  final SwapReadAhead readAhead = new SwapReadAhead();

  SwapArea(int type, String name, int priority, int slots, SwapStore store, int cpus) {
    this.type = type;
    this.name = name;
    this.priority = priority;
    this.slots = slots;
    this.store = store;
    this.clusters = new SwapCluster[(slots + MASK) >>> SHIFT];
    this.nextOfCpu = new int[cpus];
    Arrays.fill(nextOfCpu, NONE);
    empty.set(0, clusters.length);
    cluster(0).users[0] = 1; // the header
    if ((slots & MASK) != 0) {
      Arrays.fill(cluster(slots).users, slots & MASK, SwapCluster.SLOTS, 1);
    }
  }

  /** Its number in entries. */
  public int type() {
    return type;
  }

  /** The file's name. */
  public String name() {
    return name;
  }

  /** The higher, the earlier it is filled. */
  public int priority() {
    return priority;
  }

  /** Pages that it can hold. */
  public int pages() {
    return slots - 1;
  }

  /** Slots in use. */
  public int used() {
    return used;
  }

  int slots() {
    return slots;
  }

  SwapStore store() {
    return store;
  }

  boolean isWritable() {
    return writeOk;
  }

  void writable(boolean writable) {
    writeOk = writable;
  }

  /** The cluster of a slot. */
  SwapCluster cluster(int slot) {
    SwapCluster cluster = clusters[slot >>> SHIFT];
    if (cluster == null) {
      cluster = new SwapCluster();
      clusters[slot >>> SHIFT] = cluster;
    }
    return cluster;
  }

  static int inCluster(int slot) {
    return slot & MASK;
  }

  /** Whether a slot is one that holds a page. */
  boolean isInUse(int slot) {
    SwapCluster cluster = clusters[slot >>> SHIFT];
    return slot > 0 && slot < slots && cluster != null && !cluster.isFree(slot & MASK);
  }

  /**
   * A free slot for a page of a CPU, which is in use as soon as it has a user; or {@link #NONE}.
   */
  int find(int cpu) {
    int next = nextOfCpu[cpu];
    int slot = next == NONE ? NONE : search(next);
    if (slot == NONE) {
      int cluster = empty.nextSetBit(0);
      cluster = cluster < 0 ? partial.nextSetBit(0) : cluster;
      slot = cluster < 0 ? NONE : search(cluster << SHIFT);
    }
    nextOfCpu[cpu] = slot == NONE || inCluster(slot + 1) == 0 ? NONE : slot + 1;
    return slot;
  }

  private int search(int from) {
    int free = cluster(from).nextFree(from & MASK);
    return free < 0 ? NONE : (from & ~MASK) + free;
  }

  /** A slot came into use. */
  void taken(int slot) {
    SwapCluster cluster = cluster(slot);
    cluster.used++;
    used++;
    file(slot >>> SHIFT, cluster);
  }

  /** A slot is in use no more. */
  void freed(int slot) {
    SwapCluster cluster = cluster(slot);
    cluster.clear(slot & MASK);
    cluster.used--;
    used--;
    file(slot >>> SHIFT, cluster);
  }

  private void file(int number, SwapCluster cluster) {
    int usable = SwapCluster.SLOTS - (number == 0 ? 1 : 0);
    if (number == clusters.length - 1 && (slots & MASK) != 0) {
      usable -= SwapCluster.SLOTS - (slots & MASK);
    }
    empty.set(number, cluster.used == 0 && usable > 0);
    partial.set(number, cluster.used > 0 && cluster.used < usable);
  }
}
