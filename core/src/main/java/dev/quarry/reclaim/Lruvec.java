package dev.quarry.reclaim;

import dev.quarry.machine.SpinLock;
import dev.quarry.physical.FreeList;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.Node;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import dev.quarry.physical.ZoneStat;
import dev.quarry.reclaim.group.MemoryGroup;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The LRU lists of a node: {@code struct lruvec} (include/linux/mmzone.h, mm/swap.c, 6.18), through
 * the pages' descriptors.
 *
 * <p>Equations: a page is on exactly one list if its descriptor says LRU, the one that its other
 * flags say; a list has as many pages as the node counts, and as its zones together.
 *
 * <pre>
 *   new ─► inactive  head ─────────► tail ─► used? ──no──► reclaimed
 *             ▲                               │ yes
 *             │ not used                      ▼
 *          active    tail ◄───────── head ◄───┘
 * </pre>
 *
 * <p>{@link #lock} guards the lists, the flags LRU, ACTIVE and UNEVICTABLE of its pages and the
 * costs; it is the innermost lock but for those of zones.
 */
public final class Lruvec {
  final SpinLock lock;

  /** How much reclaim each kind of page cost of late, in pages: {@code anon_cost}. */
  long anonCost;

  long fileCost;

  /**
   * WORKINGSET_ACTIVATE_ANON and _FILE when memory was last reclaimed directly: {@code refaults}.
   */
  final long[] refaults = new long[2];

  /** Pages that were evicted or activated, all in all: {@code nonresident_age}. */
  final AtomicLong nonresidentAge;

  /** The lists of the node that are no group's; null: these are. */
  private final @Nullable Lruvec root;

  private final MemoryGroup group;

  /** Pages by list and zone: a group's own; of the root's lists, those of all groups. */
  private final long[][] ofGroups;

  private final PhysicalMemory memory;
  private final MemMap map;
  private final Node node;

  /** The list and the zone to which pages are being added, and how many are not counted yet. */
  private LruList added = LruList.INACTIVE_ANON;

  private Zone addedTo;
  private long nrAdded;
  private volatile @Nullable Generations generations;
  private final FreeList[] lists = new FreeList[LruList.values().length];

  /** The lists of a node's pages that are no group's. */
  Lruvec(PhysicalMemory memory, Node node, MemoryGroup group) {
    this(memory, node, group, null);
  }

  /** The lists of a group's pages on a node, which share the lock of the others. */
  Lruvec(PhysicalMemory memory, Node node, MemoryGroup group, @Nullable Lruvec root) {
    this.group = group;
    this.root = root;
    this.lock = root == null ? new SpinLock("lruvec") : root.lock;
    this.nonresidentAge = root == null ? new AtomicLong() : root.nonresidentAge;
    this.ofGroups = new long[LruList.values().length][node.zones().size()];
    this.memory = memory;
    this.map = memory.map();
    this.node = node;
    this.addedTo = node.zone(0);
    for (int i = 0; i < lists.length; i++) {
      lists[i] = new FreeList(map);
    }
  }

  /** Whose pages they are. */
  public Node node() {
    return node;
  }

  /** The group that they count for. */
  MemoryGroup group() {
    return group;
  }

  /** A list, the page that was added last first. */
  public FreeList list(LruList which) {
    return lists[which.ordinal()];
  }

  /**
   * Its lists by name, those first whose pages go last: active before inactive, the youngest
   * generation first.
   */
  public Map<String, FreeList> namedLists() {
    Map<String, FreeList> named = new LinkedHashMap<>();
    Generations aged = generations;
    for (int type : new int[] {Generations.ANON, Generations.FILE}) {
      String kind = type == Generations.ANON ? "anon" : "file";
      if (aged == null) {
        boolean anon = type == Generations.ANON;
        named.put("active " + kind, list(anon ? LruList.ACTIVE_ANON : LruList.ACTIVE_FILE));
        named.put("inactive " + kind, list(anon ? LruList.INACTIVE_ANON : LruList.INACTIVE_FILE));
        continue;
      }
      for (long seq = aged.maxSeq(); seq >= aged.minSeq(type); seq--) {
        named.put(kind + " generation " + seq, aged.list(seq, type));
      }
    }
    return named;
  }

  /** The generations of its pages, or null: it has active and inactive lists. */
  @Nullable Generations generations() {
    return generations;
  }

  /** What the lists of a group begin with, before they have a page. */
  void beginWith(@Nullable Generations first) {
    generations = first;
  }

  /**
   * Changes from lists to generations, or back: {@code lru_gen_change_state}.
   *
   * @param next empty ones, or null: active and inactive lists
   */
  void become(@Nullable Generations next) {
    lock.lock();
    List<Integer> moved = takeAll();
    generations = next;
    addAll(moved);
    lock.unlock();
  }

  /** Moves all pages to other lists of the node, whose lock is the same and held. */
  void moveTo(Lruvec other) {
    other.addAll(takeAll());
  }

  /** Takes all pages off their lists, of each list the first one first. */
  private List<Integer> takeAll() {
    List<Integer> all = new ArrayList<>();
    forEachPage(all::add);
    all.forEach(this::remove);
    return all;
  }

  private void addAll(List<Integer> taken) {
    for (int i = taken.size() - 1; i >= 0; i--) {
      add(taken.get(i)); // the last one that is added is the first of its list
    }
  }

  private void forEachPage(IntConsumer visitor) {
    for (LruList which : LruList.values()) {
      visit(list(which), visitor);
    }
    if (generations != null) {
      for (int type = Generations.ANON; type <= Generations.FILE; type++) {
        for (long seq = generations.maxSeq(); seq >= generations.minSeq(type); seq--) {
          visit(generations.list(seq, type), visitor);
        }
      }
    }
  }

  private static void visit(FreeList list, IntConsumer visitor) {
    for (int pfn = list.first(); pfn != Pfn.NONE; pfn = list.after(pfn)) {
      visitor.accept(pfn);
    }
  }

  /** Pages of a list: of the root's, what is counted for the node and is no group's. */
  public long size(LruList which) {
    long pages = root == null ? node.stat(which.nodeStat()) : 0;
    int sign = root == null ? -1 : 1;
    for (long inZone : ofGroups[which.ordinal()]) {
      pages += sign * inZone;
    }
    return pages;
  }

  /** Pages of all such lists of the node. */
  long nodeSize(LruList which) {
    return node.stat(which.nodeStat());
  }

  /** Pages of a list in zones up to an index: {@code lruvec_lru_size}. */
  long size(LruList which, int highestZone) {
    long pages = 0;
    for (int index = 0; index <= highestZone; index++) {
      pages += inZone(which, index);
    }
    return pages;
  }

  /** Pages of a list in a zone. */
  long inZone(LruList which, int index) {
    long ofGroup = ofGroups[which.ordinal()][index];
    return root == null ? node.zone(index).stat(which.zoneStat()) - ofGroup : ofGroup;
  }

  /** Pages that came back and were missed: WORKINGSET_ACTIVATE. */
  long activations(boolean file) {
    NodeStat stat = file ? NodeStat.WORKINGSET_ACTIVATE_FILE : NodeStat.WORKINGSET_ACTIVATE_ANON;
    return group.isRoot() ? node.stat(stat) : group.events(stat);
  }

  /** Remembers how many pages were missed so far: {@code snapshot_refaults}. */
  void snapshotRefaults() {
    refaults[0] = activations(false);
    refaults[1] = activations(true);
  }

  private Zone zone(int pfn) {
    return Objects.requireNonNull(memory.zoneOf(pfn));
  }

  /** Adds a page that is on no list to the head of the one that its flags say. */
  void add(int pfn) {
    add(pfn, false);
  }

  /** The same at the tail: it is looked at next. */
  void addTail(int pfn) {
    add(pfn, true);
  }

  private void add(int pfn, boolean atTail) {
    if (isOfGeneration(pfn)) {
      Objects.requireNonNull(generations).add(pfn, atTail);
      return;
    }
    LruList which = LruList.of(PageState.flags(map.state(pfn)));
    map.changeFlags(pfn, 0, PageState.LRU);
    if (atTail) {
      list(which).addTail(pfn);
    } else {
      list(which).addHead(pfn);
    }
    count(which, pfn, 1);
  }

  /**
   * Adds a page that waited in a batch, whose reference goes with the same store. The counters are
   * left to {@link #countAdded}, called before the lock is given up.
   *
   * @return false if the batch's reference is the last; then it stays, and so does the page, here
   */
  boolean addWaiting(int pfn) {
    if (isOfGeneration(pfn)) {
      long before = map.dropReferenceAndSet(pfn, 0);
      Objects.requireNonNull(generations).add(pfn, false);
      return PageState.refcount(before) > 1;
    }
    long state = map.dropReferenceAndSet(pfn, PageState.LRU);
    LruList which = LruList.of(PageState.flags(state));
    Zone zone = zone(pfn);
    if (which != added || zone != addedTo) {
      countAdded();
      added = which;
      addedTo = zone;
    }
    list(which).addHead(pfn);
    nrAdded += 1L << PageState.order(state);
    return PageState.refcount(state) > 1;
  }

  /** Counts what {@link #addWaiting} added. */
  void countAdded() {
    if (nrAdded != 0) {
      count(added, addedTo, nrAdded);
      nrAdded = 0;
    }
  }

  /** Takes a page off its list; its descriptor says so, the other flags stay. */
  LruList remove(int pfn) {
    if (isOfGeneration(pfn)) {
      return Objects.requireNonNull(generations).remove(pfn, false);
    }
    LruList which = LruList.of(PageState.flags(map.state(pfn)));
    list(which).remove(pfn);
    map.changeFlags(pfn, PageState.LRU, 0);
    count(which, pfn, -1);
    return which;
  }

  /** The same of a page that is to be evicted: it comes back to the oldest generation. */
  void removeReclaiming(int pfn) {
    Objects.requireNonNull(generations).remove(pfn, true);
  }

  /**
   * Changes flags that say which list a page belongs to; one that is on a list comes to the head of
   * the one that they say then.
   *
   * @return whether it is on a list
   */
  boolean changeFlags(int pfn, int clear, int set) {
    boolean listed = (map.state(pfn) & PageState.LRU) != 0;
    if (listed) {
      remove(pfn);
    }
    map.changeFlags(pfn, clear, set);
    if (listed) {
      add(pfn);
    }
    return listed;
  }

  private boolean isOfGeneration(int pfn) {
    return generations != null && (map.state(pfn) & PageState.UNEVICTABLE) == 0;
  }

  /** Pages of the block that a frame heads. */
  private int pages(int pfn) {
    return 1 << PageState.order(map.state(pfn));
  }

  private void count(LruList which, int pfn, int sign) {
    count(which, zone(pfn), (long) sign * pages(pfn));
  }

  /** Counts pages of a zone that came to a list, or left it. */
  void count(LruList which, int zoneIndex, long change) {
    count(which, node.zone(zoneIndex), change);
  }

  private void count(LruList which, Zone zone, long change) {
    node.add(which.nodeStat(), change);
    zone.stat(which.zoneStat(), zone.stat(which.zoneStat()) + change);
    if (root != null) {
      ofGroups[which.ordinal()][zone.index()] += change;
      root.ofGroups[which.ordinal()][zone.index()] += change;
    }
  }

  void countMlocked(int pfn, int sign) {
    Zone zone = zone(pfn);
    int change = sign * pages(pfn);
    zone.stat(ZoneStat.NR_MLOCK, zone.stat(ZoneStat.NR_MLOCK) + change);
  }

  void countIsolated(boolean file, long change) {
    NodeStat stat = file ? NodeStat.NR_ISOLATED_FILE : NodeStat.NR_ISOLATED_ANON;
    node.stat(stat, node.stat(stat) + change);
  }

  /**
   * Notes what it cost to reclaim pages of a kind: {@code lru_note_cost}. The more it costs, the
   * less it is tried.
   */
  void noteCost(boolean file, long written, long rotated) {
    long cost = written * ScanControl.CLUSTER + rotated;
    if (cost == 0) {
      return;
    }
    if (file) {
      fileCost += cost;
    } else {
      anonCost += cost;
    }
    long pages = 0;
    for (LruList which : LruList.EVICTABLE) {
      pages += size(which);
    }
    while (anonCost + fileCost > pages / 4 && anonCost + fileCost > 0) {
      anonCost /= 2;
      fileCost /= 2;
    }
  }

  /**
   * Whether the inactive list is too short for the active one: {@code inactive_is_low}. The larger
   * a node, the smaller the part that has to be inactive.
   */
  boolean isInactiveLow(boolean file) {
    LruList inactive = file ? LruList.INACTIVE_FILE : LruList.INACTIVE_ANON;
    LruList active = file ? LruList.ACTIVE_FILE : LruList.ACTIVE_ANON;
    long gib = (size(inactive) + size(active)) >>> (30 - memory.spec().pageShift());
    long ratio = gib == 0 ? 1 : (long) Math.sqrt(10.0 * gib);
    return size(inactive) * ratio < size(active);
  }
}
