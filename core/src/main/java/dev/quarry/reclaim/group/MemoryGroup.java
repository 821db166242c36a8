package dev.quarry.reclaim.group;

import dev.quarry.machine.stall.PsiGroup;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.VmEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * A group of processes: {@code struct mem_cgroup} (include/linux/memcontrol.h, 6.18).
 *
 * <p>Equation: usage == own pages + pages for own objects + usage of the groups below it.
 */
public final class MemoryGroup {
  /** No limit. */
  public static final long NO_LIMIT = PageCounter.NO_LIMIT;

  private final int id;
  private final String name;
  private final @Nullable MemoryGroup parent;
  private final List<MemoryGroup> children = new ArrayList<>();
  private final PageCounter memory;
  private final PageCounter swap;
  private final AtomicLongArray events = new AtomicLongArray(GroupEvent.values().length);
  private final AtomicLongArray ownEvents = new AtomicLongArray(GroupEvent.values().length);
  private final AtomicLongArray vmEvents = new AtomicLongArray(VmEvent.values().length);
  private final AtomicLongArray nodeEvents = new AtomicLongArray(NodeStat.values().length);
  private final AtomicLong throttledNanos = new AtomicLong();
  private final PsiGroup pressure;
  private final AtomicLong objectBytes = new AtomicLong();
  private volatile boolean killsAll;

  MemoryGroup(int id, String name, @Nullable MemoryGroup parent, PsiGroup pressure) {
    this.pressure = pressure;
    this.id = id;
    this.name = name;
    this.parent = parent;
    this.memory = new PageCounter(this, parent == null ? null : parent.memory);
    this.swap = new PageCounter(this, parent == null ? null : parent.swap);
  }

  /** Its number; the root's is 0. */
  public int id() {
    return id;
  }

  /** The name within its parent. */
  public String name() {
    return name;
  }

  /** The group above it, or null. */
  public @Nullable MemoryGroup parent() {
    return parent;
  }

  /** Whether it is the one that all others are below. */
  public boolean isRoot() {
    return parent == null;
  }

  /** The groups directly below it, the oldest first. */
  public List<MemoryGroup> children() {
    synchronized (children) {
      return List.copyOf(children);
    }
  }

  void add(MemoryGroup child) {
    synchronized (children) {
      children.add(child);
    }
  }

  void remove(MemoryGroup child) {
    synchronized (children) {
      children.remove(child);
    }
  }

  /** Its path below {@code /sys/fs/cgroup}: {@code /} for the root. */
  public String path() {
    if (parent == null) {
      return "/";
    }
    return parent.isRoot() ? "/" + name : parent.path() + "/" + name;
  }

  /** Whether this is the other group or below it. */
  public boolean isIn(MemoryGroup other) {
    return this == other || (parent != null && parent.isIn(other));
  }

  /** Itself and all groups below it, each before those below it. */
  public List<MemoryGroup> subtree() {
    List<MemoryGroup> all = new ArrayList<>(List.of(this));
    children().forEach(child -> all.addAll(child.subtree()));
    return all;
  }

  /** Its pages in memory, and their limits. */
  public PageCounter memory() {
    return memory;
  }

  /** Its places in swap, and their limits. */
  public PageCounter swap() {
    return swap;
  }

  /** Pages that count for it: {@code memory.current}. */
  public long usage() {
    return memory.usage();
  }

  /** The most that {@link #usage} was: {@code memory.peak}. */
  public long peak() {
    return memory.peak();
  }

  /** The limit in pages: {@code memory.max}. */
  public long max() {
    return memory.max();
  }

  /** Sets the limit in pages. */
  public void max(long pages) {
    memory.max(pages);
  }

  /** Where slowing down begins, in pages: {@code memory.high}. */
  public long high() {
    return memory.high();
  }

  /** Sets where slowing down begins. */
  public void high(long pages) {
    memory.high(pages);
  }

  /** Places in swap that it may still have: {@code mem_cgroup_get_nr_swap_pages}. */
  public long swapMargin() {
    long least = NO_LIMIT;
    for (MemoryGroup at = this; at != null && !at.isRoot(); at = at.parent) {
      least = Math.min(least, at.swap.margin());
    }
    return least;
  }

  /** Whether half of its places in swap are used: {@code mem_cgroup_swap_full}. */
  public boolean isSwapHalfFull() {
    for (MemoryGroup at = this; at != null && !at.isRoot(); at = at.parent) {
      if (at.swap.usage() * 2 >= Math.min(at.swap.high(), at.swap.max())) {
        return true;
      }
    }
    return false;
  }

  /** Whether all of the group die together: {@code memory.oom.group}. */
  public boolean killsAll() {
    return killsAll;
  }

  /** Sets whether all of the group die together. */
  public void killsAll(boolean together) {
    killsAll = together;
  }

  /** Counts an event for it and for all groups above it: {@code memcg_memory_event}. */
  public void count(GroupEvent event) {
    ownEvents.incrementAndGet(event.ordinal());
    for (MemoryGroup at = this; at != null; at = at.parent) {
      at.events.incrementAndGet(event.ordinal());
    }
  }

  /** How often an event was, below it as well. */
  public long events(GroupEvent event) {
    return events.get(event.ordinal());
  }

  /** How often it was in the group itself: {@code memory.events.local}. */
  public long ownEvents(GroupEvent event) {
    return ownEvents.get(event.ordinal());
  }

  /** Counts for {@code memory.stat}, here and above: {@code count_memcg_events}. */
  public void count(VmEvent event, long pages) {
    for (MemoryGroup at = this; at != null && !at.isRoot(); at = at.parent) {
      at.vmEvents.addAndGet(event.ordinal(), pages);
    }
  }

  /** How often an event was, below it as well. */
  public long events(VmEvent event) {
    return vmEvents.get(event.ordinal());
  }

  /** The same of what nodes count but is an event: {@code workingset_*}. */
  public void count(NodeStat event, long pages) {
    for (MemoryGroup at = this; at != null && !at.isRoot(); at = at.parent) {
      at.nodeEvents.addAndGet(event.ordinal(), pages);
    }
  }

  /** How often such an event was. */
  public long events(NodeStat event) {
    return nodeEvents.get(event.ordinal());
  }

  /** Virtual nanoseconds for which its processes were held up above {@code memory.high}. */
  public long throttledNanos() {
    return throttledNanos.get();
  }

  /** Holds a process up. */
  public void throttle(long nanos) {
    throttledNanos.addAndGet(nanos);
  }

  /** How long its processes were stalled, those of groups below it too: {@code memory.pressure}. */
  public PsiGroup pressure() {
    return pressure;
  }

  /** Bytes of objects that count for itself. */
  public long objectBytes() {
    return objectBytes.get();
  }

  /** Objects came to it, or went; by how much its pages change. */
  long objects(long bytes, int pageShift) {
    long after = objectBytes.addAndGet(bytes);
    return pages(after, pageShift) - pages(after - bytes, pageShift);
  }

  /** Pages that so many bytes of objects count as. */
  public static long pages(long bytes, int pageShift) {
    return (bytes + (1L << pageShift) - 1) >>> pageShift;
  }

  @Override
  public String toString() {
    return path();
  }
}
