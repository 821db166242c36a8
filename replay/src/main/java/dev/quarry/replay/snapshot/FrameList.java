package dev.quarry.replay.snapshot;

import java.util.Arrays;
import java.util.function.IntConsumer;

/** Frame numbers in the order of a list, its head first. Does not change. */
public final class FrameList {
  /** A list without frames. */
  public static final FrameList EMPTY = new FrameList(new int[0]);

  private final int[] pfns;

  private FrameList(int[] pfns) {
    this.pfns = pfns;
  }

  /** How many there are. */
  public int size() {
    return pfns.length;
  }

  /** One of them; 0 is the head. */
  public int get(int index) {
    return pfns[index];
  }

  /** Gives all of them, the head first. */
  public void forEach(IntConsumer consumer) {
    for (int pfn : pfns) {
      consumer.accept(pfn);
    }
  }

  /** A copy of all of them. */
  public int[] toArray() {
    return pfns.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FrameList list && Arrays.equals(pfns, list.pfns);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(pfns);
  }

  @Override
  public String toString() {
    return pfns.length + " frames";
  }

  /** Collects frame numbers. */
  static final class Builder {
    private int[] pfns = new int[8];
    private int size;

    void add(int pfn) {
      if (size == pfns.length) {
        pfns = Arrays.copyOf(pfns, 2 * size);
      }
      pfns[size++] = pfn;
    }

    FrameList build() {
      return size == 0 ? EMPTY : new FrameList(Arrays.copyOf(pfns, size));
    }
  }
}
