package dev.quarry.virtual.tlb;

import dev.quarry.virtual.QuickWalk;
import org.jspecify.annotations.Nullable;

/**
 * What the usual accesses of one side need, data or instructions, in one place: the page that was
 * used last, and the arrays of its pages of 4 KiB.
 *
 * <pre>
 *   page used last ── first ── second ── walk        as long as all pages are small
 *        hits                   │          misses    and no third array has them
 *         +1 ◄──────────────────┘ found
 * </pre>
 */
final class TlbSide {
  static final long NO_PAGE = -1;

  /** {@link TlbStats#DATA} or {@link TlbStats#FETCH}. */
  final int number;

  final TlbArray first;
  final @Nullable TlbArray second;
  private final int secondLevel;
  private final TlbArrays arrays;

  /** Whether {@link #first} and {@link #second} are all that can have a page. */
  boolean plain;

  /** The page of 4 KiB that was used last, which level 1 holds as its newest. */
  long page = NO_PAGE;

  /** Its entry: the physical address of the page of 4 KiB and what is allowed. */
  long value;

  /** Counts that the statistics do not have yet. */
  long hits;

  long secondHits;
  long misses;

  /** Misses that {@link QuickWalk} served. */
  long quickMisses;

  /** The other side, where both have an array of level 1 in common; else this one. */
  private TlbSide rival = this;

  TlbSide(int number, TlbArrays arrays) {
    this.number = number;
    this.arrays = arrays;
    TlbArray[] small = arrays.small(number);
    this.first = small[0];
    this.second = small.length > 1 ? small[1] : null;
    this.secondLevel = small.length > 1 ? arrays.levelOf(number, small[1]) : 1;
    this.plain = arrays.isPlain(number);
  }

  /** Asks the arrays again whether they are as simple as before. */
  void refresh() {
    plain = arrays.isPlain(number);
  }

  /** Tells two sides that they have an array of level 1 in common. */
  void rival(TlbSide other) {
    rival = other;
    other.rival = this;
  }

  /** It is the newest of level 1 from now on; its entry. */
  long remember(long of, long entry) {
    rival.page = NO_PAGE; // it is not the newest any more
    page = of;
    value = entry;
    return entry;
  }

  void forgetLast() {
    page = NO_PAGE;
  }

  /** Hands the counts over. */
  void countInto(TlbStats stats) {
    stats.addHits(number, hits);
    stats.hits(number, secondLevel, secondHits);
    stats.misses[number] += misses + quickMisses;
    stats.walks += quickMisses;
    stats.references += quickMisses * QuickWalk.REFERENCES;
    hits = 0;
    secondHits = 0;
    misses = 0;
    quickMisses = 0;
  }
}
