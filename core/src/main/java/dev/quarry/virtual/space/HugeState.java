package dev.quarry.virtual.space;

/**
 * What an address space has to do with huge pages: the flags MMF_VM_HUGEPAGE, MMF_HUGE_ZERO_FOLIO,
 * MMF_DISABLE_THP_COMPLETELY and MMF_DISABLE_THP_EXCEPT_ADVISED of {@code mm->flags}, {@code
 * mm->mm_id} (include/linux/mm_types.h, 6.18). The lock of the address space guards it.
 *
 * <p>Equation: {@code entries} is the number of huge entries in the page tables, so that who has
 * none need not look for them.
 */
public final class HugeState {
  /** Who may not have huge pages, as prctl(PR_SET_THP_DISABLE) says. */
  public enum Disabled {
    NO,
    /** Only areas that were advised so have them. */
    EXCEPT_ADVISED,
    COMPLETELY
  }

  private final int owner;
  private long entries;
  private Disabled disabled = Disabled.NO;
  private boolean isScanned;
  private boolean hasZeroPage;

  HugeState(int owner) {
    this.owner = owner;
  }

  /** The number by which large blocks know the address space. */
  public int owner() {
    return owner;
  }

  /** How many huge entries there are. */
  public long entries() {
    return entries;
  }

  /** Huge entries came, or went. */
  public void addEntries(int change) {
    entries += change;
  }

  /** Who may not have huge pages. */
  public Disabled disabled() {
    return disabled;
  }

  /** Sets who may not have huge pages. */
  public void disabled(Disabled who) {
    disabled = who;
  }

  /** Whether khugepaged knows the address space. */
  public boolean isScanned() {
    return isScanned;
  }

  /** khugepaged knows the address space from now on, or does not any more. */
  public void scanned(boolean known) {
    isScanned = known;
  }

  /** Whether the address space holds the huge page of zeros. */
  public boolean hasZeroPage() {
    return hasZeroPage;
  }

  /** The address space holds the huge page of zeros from now on, or does not any more. */
  public void zeroPage(boolean held) {
    hasZeroPage = held;
  }
}
