package dev.quarry.replay.refs;

/**
 * Some references in program order, as arrays of primitives that are filled again and again.
 *
 * <pre>
 *   kind      I      S      S      I      L
 *   address  401ab70 ...                            of the first byte
 *   bytes      8      8      8     152     8        code that a run covers, or data
 *   count      2      1      1      32     1        references: instructions of a run, else 1
 * </pre>
 */
public final class RefBatch {
  /** Most entries. */
  public static final int CAPACITY = 1 << 13;

  public final byte[] kinds = new byte[CAPACITY];
  public final long[] addresses = new long[CAPACITY];
  public final int[] bytes = new int[CAPACITY];
  public final int[] counts = new int[CAPACITY];

  /** How many entries are in use. */
  public int size;

  /** An empty batch. */
  public RefBatch() {}

  boolean isFull() {
    return size == CAPACITY;
  }

  void add(int kind, long address, int length, int count) {
    int at = size++;
    kinds[at] = (byte) kind;
    addresses[at] = address;
    bytes[at] = length;
    counts[at] = count;
  }
}
