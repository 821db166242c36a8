package dev.quarry.reclaim.group;

import dev.quarry.machine.stall.PsiGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * A group of processes: {@code struct mem_cgroup} (include/linux/memcontrol.h, 6.18), and its
 * {@code struct page_counter}.
 *
 * <p>Equation: usage == own pages + usage of the groups below it.
 */
public final class MemoryGroup {
  /** No limit: PAGE_COUNTER_MAX. */
  public static final long NO_LIMIT = Long.MAX_VALUE >>> 12;

  private final int id;
  private final String name;
  private final @Nullable MemoryGroup parent;
  private final List<MemoryGroup> children = new ArrayList<>();
  private final AtomicLong usage = new AtomicLong();
  private final AtomicLong peak = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private final AtomicLongArray events = new AtomicLongArray(GroupEvent.values().length);
  private final AtomicLong throttledNanos = new AtomicLong();
  private final PsiGroup pressure;
  private volatile long max = NO_LIMIT;
  private volatile long high = NO_LIMIT;
  private volatile boolean killsAll;

  MemoryGroup(int id, String name, @Nullable MemoryGroup parent, PsiGroup pressure) {
    this.pressure = pressure;
    this.id = id;
    this.name = name;
    this.parent = parent;
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

  /** Itself and all groups below it. */
  public List<MemoryGroup> subtree() {
    List<MemoryGroup> all = new ArrayList<>(List.of(this));
    children().forEach(child -> all.addAll(child.subtree()));
    return all;
  }

  /** Pages that count for it: {@code memory.current}. */
  public long usage() {
    return usage.get();
  }

  /** The most that {@link #usage} was: {@code memory.peak}. */
  public long peak() {
    return peak.get();
  }

  void charge(long pages) {
    long now = usage.addAndGet(pages);
    if (pages > 0 && now > peak.get()) {
      peak.accumulateAndGet(now, Math::max);
    }
  }

  /** The limit in pages: {@code memory.max}. */
  public long max() {
    return max;
  }

  /** Sets the limit in pages. */
  public void max(long pages) {
    max = pages;
  }

  /** Where slowing down begins, in pages: {@code memory.high}. */
  public long high() {
    return high;
  }

  /** Sets where slowing down begins. */
  public void high(long pages) {
    high = pages;
  }

  /** Whether all of the group die together: {@code memory.oom.group}. */
  public boolean killsAll() {
    return killsAll;
  }

  /** Sets whether all of the group die together. */
  public void killsAll(boolean together) {
    killsAll = together;
  }

  /** How often it was at its limit: {@code failcnt}. */
  public long failures() {
    return failures.get();
  }

  /** Counts that it was at its limit. */
  public void countFailure() {
    failures.incrementAndGet();
  }

  /** Counts an event for it and for all groups above it: {@code memcg_memory_event}. */
  public void count(GroupEvent event) {
    events.incrementAndGet(event.ordinal());
    if (parent != null) {
      parent.count(event);
    }
  }

  /** How often an event was, below it as well. */
  public long events(GroupEvent event) {
    return events.get(event.ordinal());
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

  @Override
  public String toString() {
    return path();
  }
}
