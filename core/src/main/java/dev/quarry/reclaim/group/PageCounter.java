package dev.quarry.reclaim.group;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Pages of a group and of those below it, held against its limits: {@code struct page_counter}
 * (include/linux/page_counter.h, mm/page_counter.c, 6.18).
 *
 * <p>What is protected of a group is not what its owner asks for, but what the groups above leave:
 *
 * <pre>
 *   parent     low 100                       of 100, the children ask for 80 + 40 = 120
 *    ├─ a      low  80, uses 90   effective  80 * 100 / 120 = 66
 *    └─ b      low  40, uses 50   effective  40 * 100 / 120 = 33
 * </pre>
 *
 * <p>Where they ask for less than there is, the rest is shared by what each uses above its own.
 */
public final class PageCounter {
  /** No limit: PAGE_COUNTER_MAX. */
  public static final long NO_LIMIT = Long.MAX_VALUE >>> 12;

  private final MemoryGroup owner;
  private final @Nullable PageCounter parent;
  private final AtomicLong usage = new AtomicLong();
  private final AtomicLong peak = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private volatile long max = NO_LIMIT;
  private volatile long high = NO_LIMIT;
  private final Protection min;
  private final Protection low;

  /** One of both kinds of protection, {@code min} or {@code low}. */
  static final class Protection {
    private final @Nullable Protection parent;
    private final AtomicLong usage;
    private volatile long setting;

    /** What of the setting is used, and what children use of theirs together. */
    private volatile long used;

    private final AtomicLong ofChildren = new AtomicLong();
    private volatile long effective;

    private Protection(@Nullable Protection parent, AtomicLong usage) {
      this.parent = parent;
      this.usage = usage;
    }

    void set(long pages) {
      setting = pages;
      propagate();
    }

    void follow() {
      if (setting != 0 || used != 0) {
        propagate();
      }
    }

    /** {@code propagate_protected_usage}; the usage is read here, so that the last one is right. */
    private synchronized void propagate() {
      long now = Math.min(Math.max(0, usage.get()), setting);
      if (parent != null && now != used) {
        parent.ofChildren.addAndGet(now - used);
        used = now;
      }
    }

    void calculate(boolean top, long now, long ofParent, boolean recursive) {
      effective =
          top || parent == null
              ? setting
              : effective(
                  now, ofParent, setting, parent.effective, parent.ofChildren.get(), recursive);
    }
  }

  PageCounter(MemoryGroup owner, @Nullable PageCounter parent) {
    this.owner = owner;
    this.parent = parent;
    this.min = new Protection(parent == null ? null : parent.min, usage);
    this.low = new Protection(parent == null ? null : parent.low, usage);
  }

  /** Whose pages are counted. */
  public MemoryGroup owner() {
    return owner;
  }

  /** Pages now. */
  public long usage() {
    return usage.get();
  }

  /** The most that there were: {@code watermark}. */
  public long peak() {
    return peak.get();
  }

  /** The limit in pages. */
  public long max() {
    return max;
  }

  /** Sets the limit. */
  public void max(long pages) {
    max = pages;
  }

  /** Where slowing down begins, in pages. */
  public long high() {
    return high;
  }

  /** Sets where slowing down begins. */
  public void high(long pages) {
    high = pages;
  }

  /** Pages that are never reclaimed for others. */
  public long min() {
    return min.setting;
  }

  /** Sets {@code min}. */
  public void min(long pages) {
    min.set(pages);
  }

  /** Pages that are reclaimed for others only when there is nothing else. */
  public long low() {
    return low.setting;
  }

  /** Sets {@code low}. */
  public void low(long pages) {
    low.set(pages);
  }

  /** What the last {@link #calculate} left of {@code min}: {@code emin}. */
  public long effectiveMin() {
    return min.effective;
  }

  /** What it left of {@code low}: {@code elow}. */
  public long effectiveLow() {
    return low.effective;
  }

  /** What the groups directly below use of their {@code min}. */
  public long minOfChildren() {
    return min.ofChildren.get();
  }

  /** What they use of their {@code low}. */
  public long lowOfChildren() {
    return low.ofChildren.get();
  }

  /** How often a charge was refused: {@code failcnt}. */
  public long failures() {
    return failures.get();
  }

  /** Pages that still fit under the limit. */
  public long margin() {
    return Math.max(0, max - usage());
  }

  /**
   * Charges pages here and above, or nowhere: {@code page_counter_try_charge}.
   *
   * @return the lowest counter whose limit is in the way, or null: they are charged
   */
  @Nullable PageCounter tryCharge(long pages) {
    for (PageCounter at = this; at != null; at = at.parent) {
      long now = at.usage.addAndGet(pages);
      if (now > at.max) {
        at.failures.incrementAndGet();
        undo(at, pages);
        return at;
      }
      at.follow(now, pages);
    }
    return null;
  }

  private void undo(PageCounter last, long pages) {
    PageCounter at = this;
    while (at != last) {
      at.add(-pages);
      at = Objects.requireNonNull(at.parent);
    }
    last.add(-pages);
  }

  /** Charges pages here and above, whatever the limits say; below 0: they go. */
  void charge(long pages) {
    for (PageCounter at = this; at != null; at = at.parent) {
      at.add(pages);
    }
  }

  private void add(long pages) {
    follow(usage.addAndGet(pages), pages);
  }

  /** While pages go, others may be trying in vain: their pages were never charged, so no peak. */
  private void follow(long now, long change) {
    min.follow();
    low.follow();
    if (change > 0 && now > peak.get()) {
      peak.accumulateAndGet(now, Math::max);
    }
  }

  /**
   * Finds out what is protected, from the top down: {@code page_counter_calculate_protection}.
   *
   * @param root whose limit is the reason to reclaim; its own protection does not count
   * @param recursive whether what children do not ask for protects them all the same: the mount
   *     option memory_recursiveprot
   */
  public void calculate(PageCounter root, boolean recursive) {
    long now = usage();
    if (this == root || parent == null || now == 0) {
      return;
    }
    min.calculate(parent == root, now, parent.usage(), recursive);
    low.calculate(parent == root, now, parent.usage(), recursive);
  }

  /** {@code effective_protection}. */
  static long effective(
      long usage, long ofParent, long setting, long left, long askedByAll, boolean recursive) {
    long asked = Math.min(usage, setting);
    if (askedByAll > left) {
      return scale(asked, left, askedByAll);
    }
    boolean rest = left > askedByAll && ofParent > askedByAll && usage > asked;
    if (!recursive || !rest) {
      return asked;
    }
    return asked + scale(left - askedByAll, usage - asked, ofParent - askedByAll);
  }

  /** a * b / c, with more bits than a long has. */
  private static long scale(long a, long b, long c) {
    long high = Math.multiplyHigh(a, b);
    return high == 0 && a * b >= 0 ? a * b / c : (long) ((double) a * b / c);
  }
}
