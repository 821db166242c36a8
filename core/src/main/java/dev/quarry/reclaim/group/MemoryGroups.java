package dev.quarry.reclaim.group;

import dev.quarry.machine.Host;
import dev.quarry.machine.HostMemory;
import dev.quarry.machine.Task;
import dev.quarry.machine.stall.PsiGroup;
import dev.quarry.physical.NodeStat;
import dev.quarry.virtual.space.TaskState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongBiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The groups of a machine, and which group each page counts for: {@code memcg_data} of {@code
 * struct page} (mm/memcontrol.c, 6.18), in a table of its own. There is none until the first group
 * is made: a machine without groups pays nothing.
 *
 * <pre>
 *   frame     0    1    2    3  ...
 *   table   [ 0 ][ 2 ][ 2 ][ 0 ]     16 bits each: the number of a group, 0 is the root
 * </pre>
 */
public final class MemoryGroups implements AutoCloseable {
  private static final int MOST_GROUPS = 1 << Short.SIZE;
  private static final String NAME = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}";

  private final int endPfn;
  private final MemoryGroup root;

  /** By number; null: gone. */
  private final List<@Nullable MemoryGroup> byId = new ArrayList<>();

  private final GroupObjects objects = new GroupObjects();
  private volatile @Nullable HostMemory table;
  private volatile long base;
  private volatile boolean recursive = true;
  private ToLongBiFunction<MemoryGroup, NodeStat> lists = (group, list) -> 0;

  /**
   * The groups of a machine with so many frames: the root alone.
   *
   * @param pressure the machine's
   */
  public MemoryGroups(int endPfn, PsiGroup pressure) {
    this.endPfn = endPfn;
    this.root = new MemoryGroup(0, "", null, pressure);
    byId.add(root);
  }

  /** The group that all others are below. */
  public MemoryGroup root() {
    return root;
  }

  /**
   * Whether what a group's children do not ask for of its protection protects them all the same:
   * the mount option memory_recursiveprot, with which systemd mounts.
   */
  public boolean isRecursive() {
    return recursive;
  }

  /** Sets that. */
  public void recursive(boolean protection) {
    recursive = protection;
  }

  /** Charges pages to a group and those above it, or none; the group that is at its limit. */
  public @Nullable MemoryGroup tryCharge(MemoryGroup group, long pages) {
    PageCounter full = group.memory().tryCharge(pages);
    return full == null ? null : full.owner();
  }

  /** The same above limits, too. */
  public void charge(MemoryGroup group, long pages) {
    group.memory().charge(pages);
  }

  /** A place in swap for a group's page; false: it may have no more: mem_cgroup_try_charge_swap. */
  public boolean chargeSwap(MemoryGroup group) {
    if (group.isRoot()) {
      return true;
    }
    PageCounter full = group.swap().tryCharge(1);
    if (full != null) {
      group.count(GroupEvent.SWAP_MAX);
      group.count(GroupEvent.SWAP_FAIL);
    }
    return full == null;
  }

  /** Places in swap that are free again: {@code mem_cgroup_uncharge_swap}. */
  public void unchargeSwap(int id, long places) {
    if (id != 0) {
      of(id).swap().charge(-places);
    }
  }

  /** A place of a group that goes is that of the group above it now, where it counted already. */
  public void movedSwap(MemoryGroup to) {
    if (to.isRoot()) {
      to.swap().charge(-1); // its own are not counted
    }
  }

  /** Whether there is any group but the root. */
  public boolean isInUse() {
    return table != null;
  }

  /** The group of a number; of one that is gone, the root. */
  public synchronized MemoryGroup of(int id) {
    MemoryGroup group = id < byId.size() ? byId.get(id) : null;
    return group == null ? root : group;
  }

  /** The group of whose work a CPU does; the kernel's is the root's. */
  public MemoryGroup of(Task task) {
    return table != null && task instanceof TaskState state ? of(state.group()) : root;
  }

  /** The group of a path such as {@code /web/db}, or null. */
  public @Nullable MemoryGroup find(String path) {
    MemoryGroup group = root;
    for (String name : path.split("/")) {
      if (!name.isEmpty()) {
        group = child(group, name);
        if (group == null) {
          return null;
        }
      }
    }
    return group;
  }

  private static @Nullable MemoryGroup child(MemoryGroup group, String name) {
    return group.children().stream().filter(c -> c.name().equals(name)).findFirst().orElse(null);
  }

  /** All groups, by number. */
  public synchronized List<MemoryGroup> all() {
    List<MemoryGroup> all = new ArrayList<>();
    for (MemoryGroup group : byId) {
      if (group != null) {
        all.add(group);
      }
    }
    return all;
  }

  /**
   * Makes a group: {@code mkdir}.
   *
   * @throws IllegalArgumentException if its parent is not there, or it is there
   */
  public synchronized MemoryGroup make(String path) {
    int slash = path.lastIndexOf('/');
    String name = path.substring(slash + 1);
    MemoryGroup parent = find(path.substring(0, Math.max(0, slash)));
    if (parent == null || !name.matches(NAME)) {
      throw new IllegalArgumentException(
          path
              + (parent == null ? ": there is no such parent" : ": a name has letters and digits"));
    }
    if (child(parent, name) != null || byId.size() == MOST_GROUPS) {
      throw new IllegalArgumentException(path + " is there already, or there are too many groups");
    }
    if (table == null) {
      HostMemory fresh = HostMemory.reserve("groups of pages", Math.max(1L, endPfn) * Short.BYTES);
      base = fresh.base();
      table = fresh;
    }
    MemoryGroup group = new MemoryGroup(byId.size(), name, parent, parent.pressure().child());
    byId.add(group);
    parent.add(group);
    return group;
  }

  /**
   * The group that takes over what one has that is to be removed.
   *
   * @throws IllegalArgumentException if it may not be: it is the root, or there are groups below it
   */
  public MemoryGroup heir(MemoryGroup group) {
    MemoryGroup parent = group.parent();
    if (parent == null) {
      throw new IllegalArgumentException("the root stays");
    }
    if (!group.children().isEmpty()) {
      throw new IllegalArgumentException(group + " has groups below it");
    }
    return parent;
  }

  /**
   * Takes a group without processes and groups below it out: {@code rmdir}. Its pages, objects and
   * places in swap count for the group above it from now on.
   */
  public synchronized void remove(MemoryGroup group) {
    MemoryGroup parent = heir(group);
    int moved = 0;
    for (int pfn = 0; pfn < endPfn; pfn++) {
      if (idOf(pfn) == group.id()) {
        id(pfn, parent.id());
        moved++;
      }
    }
    if (parent.isRoot()) {
      parent.memory().charge(-moved); // its own pages are not counted
    }
    objects.reparent(group, parent);
    group.memory().min(0); // what it asked for counts among its neighbours no more
    group.memory().low(0);
    parent.remove(group);
    byId.set(group.id(), null);
  }

  /** Says who knows how long the lists of a group and of those below it are. */
  public void lists(ToLongBiFunction<MemoryGroup, NodeStat> sizes) {
    lists = sizes;
  }

  /** Pages of a group and of those below it on one kind of list. */
  long listed(MemoryGroup group, NodeStat list) {
    return lists.applyAsLong(group, list);
  }

  /** The objects of caches that count for groups. */
  public GroupObjects objects() {
    return objects;
  }

  /** The number of the group that a page counts for. */
  public int idOf(int pfn) {
    return table == null ? 0 : Host.getShort(base + (long) pfn * Short.BYTES) & 0xFFFF;
  }

  /** The group that a page counts for. */
  public MemoryGroup ofPage(int pfn) {
    int id = idOf(pfn);
    return id == 0 ? root : of(id);
  }

  private void id(int pfn, int id) {
    Host.putShort(base + (long) pfn * Short.BYTES, (short) id);
  }

  /** Pages that are nobody's yet say a group, which is charged already: {@code commit_charge}. */
  public void commit(MemoryGroup group, int first, int pages) {
    if (!group.isRoot()) {
      for (int pfn = first; pfn < first + pages; pfn++) {
        id(pfn, group.id());
      }
    }
  }

  /** Pages go. Those of a block count for one group. */
  public void uncharge(int first, int pages) {
    int id = idOf(first);
    if (id == 0) {
      return;
    }
    for (int pfn = first; pfn < first + pages; pfn++) {
      id(pfn, 0);
    }
    of(id).memory().charge(-pages);
  }

  /** A page has moved to a frame that was nobody's: {@code mem_cgroup_migrate}. */
  public void migrate(int from, int to) {
    int id = idOf(from);
    if (id != 0) {
      id(to, id);
      id(from, 0);
    }
  }

  @Override
  public void close() {
    HostMemory memory = table;
    if (memory != null) {
      memory.close();
    }
  }
}
