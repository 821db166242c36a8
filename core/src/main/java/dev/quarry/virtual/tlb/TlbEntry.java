package dev.quarry.virtual.tlb;

/**
 * An entry of a TLB, as one looks at it.
 *
 * @param array the array's name; of a walk cache, the name of the level
 * @param context {@link dev.quarry.virtual.MmContext#id} of its address space; 0: the kernel's
 *     half; {@link #NOBODY}: of one that is gone
 * @param generation the last flush of it that the CPU knows
 * @param address of the first byte
 * @param bytes that it translates; 0 in a walk cache
 * @param physical where they are, or the table
 * @param flags bits of {@link dev.quarry.virtual.Pte}
 */
public record TlbEntry(
    String array,
    int set,
    int way,
    int asid,
    long context,
    long generation,
    long address,
    long bytes,
    long physical,
    long flags) {
  /** The address space is gone, or has another ASID by now: nobody can hit the entry. */
  public static final long NOBODY = -1;

  /** Whether it leads to a table. */
  public boolean isOfWalkCache() {
    return bytes == 0;
  }
}
