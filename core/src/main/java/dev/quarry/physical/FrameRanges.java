package dev.quarry.physical;

import java.util.Arrays;

/** An immutable set of frames as sorted, disjoint ranges {@code [start, end)}. */
public final class FrameRanges {
  /** No frame. */
  public static final FrameRanges EMPTY = new FrameRanges(new int[0], new int[0]);

  private final int[] starts;
  private final int[] ends;

  private FrameRanges(int[] starts, int[] ends) {
    this.starts = starts;
    this.ends = ends;
  }

  /**
   * Makes a set from bounds {@code start0, end0, start1, end1, ...}, ascending and disjoint; ranges
   * that touch are joined, empty ones left out.
   */
  public static FrameRanges of(int... bounds) {
    int[] starts = new int[bounds.length / 2];
    int[] ends = new int[bounds.length / 2];
    int n = 0;
    for (int i = 0; i < bounds.length; i += 2) {
      if (bounds[i] >= bounds[i + 1]) {
        continue;
      }
      if (n > 0 && bounds[i] < ends[n - 1]) {
        throw new IllegalArgumentException(
            "range at frame " + bounds[i] + " begins before frame " + ends[n - 1]);
      }
      if (n > 0 && ends[n - 1] == bounds[i]) {
        ends[n - 1] = bounds[i + 1];
      } else {
        starts[n] = bounds[i];
        ends[n++] = bounds[i + 1];
      }
    }
    return new FrameRanges(Arrays.copyOf(starts, n), Arrays.copyOf(ends, n));
  }

  /** How many ranges there are. */
  public int count() {
    return starts.length;
  }

  /** The first frame of range {@code i}. */
  public int start(int i) {
    return starts[i];
  }

  /** One past the last frame of range {@code i}. */
  public int end(int i) {
    return ends[i];
  }

  /** How many frames there are in all. */
  public long frames() {
    long frames = 0;
    for (int i = 0; i < starts.length; i++) {
      frames += ends[i] - starts[i];
    }
    return frames;
  }

  /** Whether a frame is in the set. */
  public boolean contains(int pfn) {
    int index = Arrays.binarySearch(starts, pfn);
    return index >= 0 || (index < -1 && pfn < ends[-index - 2]);
  }

  /** The part of the set inside {@code [start, end)}. */
  public FrameRanges within(int start, int end) {
    int[] bounds = new int[2 * starts.length];
    for (int i = 0; i < starts.length; i++) {
      int from = Math.max(starts[i], start);
      bounds[2 * i] = from;
      bounds[2 * i + 1] = Math.max(from, Math.min(ends[i], end));
    }
    return of(dropEmpty(bounds));
  }

  /** This set without {@code other}. */
  public FrameRanges minus(FrameRanges other) {
    int[] bounds = new int[2 * (starts.length + other.starts.length)];
    int n = 0;
    int first = 0; // both are sorted: what lies below this range lies below the next ones too
    for (int i = 0; i < starts.length; i++) {
      int from = starts[i];
      while (first < other.starts.length && other.ends[first] <= from) {
        first++;
      }
      for (int k = first; k < other.starts.length && other.starts[k] < ends[i]; k++) {
        bounds[n++] = from;
        bounds[n++] = Math.max(from, other.starts[k]);
        from = other.ends[k];
      }
      if (from < ends[i]) {
        bounds[n++] = from;
        bounds[n++] = ends[i];
      }
    }
    return of(dropEmpty(Arrays.copyOf(bounds, n)));
  }

  private static int[] dropEmpty(int[] bounds) {
    int[] kept = new int[bounds.length];
    int n = 0;
    for (int i = 0; i < bounds.length; i += 2) {
      if (bounds[i] < bounds[i + 1]) {
        kept[n++] = bounds[i];
        kept[n++] = bounds[i + 1];
      }
    }
    return Arrays.copyOf(kept, n);
  }
}
