package dev.quarry.virtual.tlb;

import dev.quarry.virtual.MmContext;

/**
 * Whose entries a CPU's TLB may hold: {@code cpu_tlbstate.ctxs}, {@code choose_new_asid}
 * (arch/x86/mm/tlb.c, 6.18).
 *
 * <pre>
 *   ASID      1        2        3     ...   6
 *   context [ 17 ]   [ 23 ]   [ -- ]        [ 9 ]
 *   gen     [  5 ]   [  1 ]   [    ]        [ 12]    behind its context's: away for a flush
 * </pre>
 *
 * <p>Number 0 is the kernel's half, which all address spaces share.
 */
final class AsidSlots {
  /** {@code TLB_NR_DYN_ASIDS}. */
  static final int SLOTS = 6;

  /** What {@link #of} returns for a context that has no slot. */
  static final int NO_ASID = 0;

  private static final long NOBODY = 0;

  private final long[] contexts = new long[SLOTS + 1];
  private final long[] generations = new long[SLOTS + 1];
  private final int slots;
  private int next = 1;

  AsidSlots(boolean asids) {
    this.slots = asids ? SLOTS : 1;
  }

  /** The ASID of a context, or {@link #NO_ASID}. */
  int of(MmContext context) {
    for (int asid = 1; asid <= slots; asid++) {
      if (contexts[asid] == context.id()) {
        return asid;
      }
    }
    return NO_ASID;
  }

  /** Gives a context the next ASID; who had it has none from now on. */
  int take(MmContext context) {
    int asid = next;
    next = next == slots ? 1 : next + 1;
    contexts[asid] = context.id();
    return asid;
  }

  /** The context that an ASID stands for, or 0. */
  long context(int asid) {
    return contexts[asid];
  }

  long generation(int asid) {
    return generations[asid];
  }

  void generation(int asid, long generation) {
    generations[asid] = generation;
  }

  /** Nobody has this ASID any more. */
  void forget(int asid) {
    contexts[asid] = NOBODY;
  }
}
