package dev.quarry.reclaim.group;

import dev.quarry.machine.Host;
import dev.quarry.machine.HostMemory;
import dev.quarry.machine.Task;
import dev.quarry.machine.stall.PsiGroup;
import dev.quarry.virtual.space.TaskState;
import java.util.ArrayList;
import java.util.List;
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

  private volatile @Nullable HostMemory table;
  private volatile long base;

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
   * Takes a group without processes and groups below it out: {@code rmdir}. Its pages count for the
   * group above it from now on.
   */
  public synchronized void remove(MemoryGroup group) {
    MemoryGroup parent = group.parent();
    if (parent == null || !group.children().isEmpty()) {
      throw new IllegalArgumentException(group + " has groups below it");
    }
    for (int pfn = 0; pfn < endPfn; pfn++) {
      if (idOf(pfn) == group.id()) {
        id(pfn, parent.id());
      }
    }
    parent.remove(group);
    byId.set(group.id(), null);
  }

  /** The number of the group that a page counts for. */
  public int idOf(int pfn) {
    return table == null ? 0 : Host.getShort(base + (long) pfn * Short.BYTES) & 0xFFFF;
  }

  private void id(int pfn, int id) {
    Host.putShort(base + (long) pfn * Short.BYTES, (short) id);
  }

  /** Pages that are nobody's yet count for a group from now on. */
  public void charge(MemoryGroup group, int first, int pages) {
    if (group.isRoot()) {
      return;
    }
    for (int pfn = first; pfn < first + pages; pfn++) {
      id(pfn, group.id());
    }
    count(group, pages);
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
    count(of(id), -pages);
  }

  /** A page has moved to a frame that was nobody's: {@code mem_cgroup_migrate}. */
  public void migrate(int from, int to) {
    int id = idOf(from);
    if (id != 0) {
      id(to, id);
      id(from, 0);
    }
  }

  private static void count(MemoryGroup group, int pages) {
    for (MemoryGroup at = group; at != null && !at.isRoot(); at = at.parent()) {
      at.charge(pages);
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
