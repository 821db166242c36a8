package dev.quarry.virtual.tlb;

/**
 * What a CPU's TLB counted. Accesses == hits of all levels + misses, for each side.
 *
 * <p>Plain numbers that the CPU's thread writes: others read them when the machine is at rest.
 */
public final class TlbStats {
  /** Index of data accesses. */
  public static final int DATA = 0;

  /** Index of instruction fetches. */
  public static final int FETCH = 1;

  private static final int SIDES = 2;
  private static final int MOST_LEVELS = 8;

  final long[] hits = new long[SIDES * MOST_LEVELS];
  final long[] misses = new long[SIDES];
  final long[] walkCacheHits = new long[MOST_LEVELS];
  long walks;
  long references;
  long refused;
  long marked;
  long denied;
  long switches;
  long forgotten;
  long pagesForgotten;
  long fullFlushes;
  long interrupts;
  long lazySpared;
  long refills;
  long invalid;
  long modified;

  TlbStats() {}

  void hit(int side, int level) {
    hits[side * MOST_LEVELS + level]++;
  }

  /** Accesses that an array of a level answered, 1 being the first. */
  public long hits(int side, int level) {
    return hits[side * MOST_LEVELS + level];
  }

  /** Counts accesses to the page that was used last: they hit level 1 and change nothing. */
  public void addHits(int side, long more) {
    hits[side * MOST_LEVELS + 1] += more;
  }

  /** Accesses that no array answered. */
  public long misses(int side) {
    return misses[side];
  }

  /** All accesses of a side. */
  public long accesses(int side) {
    long sum = misses[side];
    for (int level = 0; level < MOST_LEVELS; level++) {
      sum += hits[side * MOST_LEVELS + level];
    }
    return sum;
  }

  /** Walks of the tables: for misses, and for hits that had to look again. */
  public long walks() {
    return walks;
  }

  /** Entries that walks read from memory. */
  public long walkReferences() {
    return references;
  }

  /** Walks that ended in a page fault. */
  public long refused() {
    return refused;
  }

  /** Hits that walked to set the dirty bit. */
  public long walksToMark() {
    return marked;
  }

  /** Hits whose entry forbade the access, so that the tables were asked again. */
  public long walksOfDenied() {
    return denied;
  }

  /** Walks that began below the root, by the level of the entry that a walk cache knew. */
  public long walkCacheHits(int level) {
    return walkCacheHits[level];
  }

  /** How often another address space was loaded. */
  public long switches() {
    return switches;
  }

  /** Entries that flushes took out. */
  public long entriesForgotten() {
    return forgotten;
  }

  /** Pages that were flushed one by one. */
  public long pagesFlushed() {
    return pagesForgotten;
  }

  /** Flushes of all that is held of an address space, or of everything. */
  public long fullFlushes() {
    return fullFlushes;
  }

  /** Flushes that other CPUs asked for by an interrupt. */
  public long shootdowns() {
    return interrupts;
  }

  /** Interrupts that were spared as the CPU was lazy. */
  public long lazySpared() {
    return lazySpared;
  }

  /** Of a TLB that software fills: exceptions for which it held nothing. */
  public long refills() {
    return refills;
  }

  /** Of a TLB that software fills: exceptions for entries that are not valid. */
  public long invalidExceptions() {
    return invalid;
  }

  /** Of a TLB that software fills: exceptions for writes to entries that are not dirty. */
  public long modifiedExceptions() {
    return modified;
  }

  void add(TlbStats other) {
    for (int i = 0; i < hits.length; i++) {
      hits[i] += other.hits[i];
    }
    for (int i = 0; i < misses.length; i++) {
      misses[i] += other.misses[i];
    }
    for (int i = 0; i < walkCacheHits.length; i++) {
      walkCacheHits[i] += other.walkCacheHits[i];
    }
    walks += other.walks;
    references += other.references;
    refused += other.refused;
    marked += other.marked;
    denied += other.denied;
    switches += other.switches;
    forgotten += other.forgotten;
    pagesForgotten += other.pagesForgotten;
    fullFlushes += other.fullFlushes;
    interrupts += other.interrupts;
    lazySpared += other.lazySpared;
    refills += other.refills;
    invalid += other.invalid;
    modified += other.modified;
  }
}
