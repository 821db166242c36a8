package dev.quarry.slab;

import java.util.Arrays;

/**
 * Objects that are free and at hand: {@code struct array_cache}. The last one put in is the first
 * one out; what leaves for the slabs leaves from the other end, as the coldest.
 */
final class ObjectArray {
  private final long[] entries;
  private int available;

  ObjectArray(int limit) {
    this.entries = new long[limit];
  }

  int available() {
    return available;
  }

  int limit() {
    return entries.length;
  }

  boolean isFull() {
    return available == entries.length;
  }

  void push(long object) {
    entries[available++] = object;
  }

  /** The last object, or 0. */
  long pop() {
    return available == 0 ? KmemCache.NULL : entries[--available];
  }

  /** Takes the oldest objects, {@code count} at most. */
  long[] takeOldest(int count) {
    int taken = Math.min(count, available);
    long[] oldest = Arrays.copyOf(entries, taken);
    System.arraycopy(entries, taken, entries, 0, available - taken);
    available -= taken;
    return oldest;
  }

  ArrayView view(String name) {
    return new ArrayView(name, entries.length, Arrays.stream(objects()).boxed().toList());
  }

  /** The objects, the oldest first. */
  long[] objects() {
    return Arrays.copyOf(entries, available);
  }
}
