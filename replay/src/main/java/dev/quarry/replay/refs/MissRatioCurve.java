package dev.quarry.replay.refs;

import java.util.ArrayList;
import java.util.List;

/**
 * How many references miss in a memory of so many pages that keeps what was used last.
 *
 * <p>Equation: {@code misses(n) == first touches + references whose stack distance is above n}.
 *
 * @param cold first touches, which miss in any memory
 * @param distances by stack distance, from 1: how many references had it
 */
public record MissRatioCurve(long references, long cold, long[] distances) {
  /** A point of the curve. */
  public record Point(int pages, long misses, double ratio) {}

  /** Pages that were touched: with as many, only first touches miss. */
  public int pages() {
    return (int) cold;
  }

  /** Misses with each number of pages, from 0. */
  public long[] misses() {
    long[] misses = new long[distances.length];
    long left = references;
    for (int pages = 0; pages < distances.length; pages++) {
      left -= pages == 0 ? 0 : distances[pages];
      misses[pages] = left;
    }
    return misses;
  }

  /** The curve at powers of two and at all pages. */
  public List<Point> points() {
    long[] misses = misses();
    List<Point> points = new ArrayList<>();
    for (int pages = 1; pages < pages(); pages *= 2) {
      points.add(point(pages, misses));
    }
    if (pages() > 0) {
      points.add(point(pages(), misses));
    }
    return points;
  }

  /** The least pages with which no more than a share of the references miss, or -1. */
  public int pagesFor(double ratio) {
    long[] misses = misses();
    for (int pages = 0; pages < misses.length; pages++) {
      if (misses[pages] <= ratio * references) {
        return pages;
      }
    }
    return -1;
  }

  private Point point(int pages, long[] misses) {
    return new Point(pages, misses[pages], misses[pages] / (double) references);
  }
}
