package dev.quarry.virtual.space;

import dev.quarry.machine.Cpu;
import dev.quarry.virtual.space.MmStruct.Field;

/**
 * The stack: made when a program starts ({@code setup_arg_pages}, fs/exec.c), and grown when the
 * page below it is touched ({@code expand_downwards}, mm/vma.c, 6.18).
 *
 * <pre>
 *   |  area  |      at least stack_guard_gap, unless the area below is a stack       | [stack] |
 *                                                           or nobody may access it
 * </pre>
 */
public final class StackArea {
  private static final long NONE = VmAreaStruct.NONE;

  /** What execve makes it: 128 KiB and the page of the arguments. */
  private static final long FIRST_PAGES = 33;

  private static final long FLAGS =
      VmFlags.DATA_DEFAULT | VmFlags.GROWSDOWN | VmFlags.ACCOUNT | VmFlags.SOFTDIRTY;

  private StackArea() {}

  /**
   * Makes a stack.
   *
   * @param top one past its highest address
   * @return false without memory; nothing was made
   */
  public static boolean create(Cpu cpu, MmStruct mm, long top) {
    long start = top - (FIRST_PAGES << MmStruct.PAGE_SHIFT);
    mm.lock();
    try {
      AddressSpaces spaces = mm.spaces();
      if (!spaces.commitment().charge(mm, FIRST_PAGES)) {
        return false;
      }
      long vma = spaces.allocArea(cpu);
      if (vma == NONE) {
        spaces.commitment().uncharge(FIRST_PAGES);
        return false;
      }
      long page = start >>> MmStruct.PAGE_SHIFT;
      mm.areas.init(vma, mm.address(), start, top, FLAGS, page, VmAreaStruct.NO_FILE);
      mm.tree.insert(vma, mm.tree.last());
      mm.account(FLAGS, FIRST_PAGES);
      mm.set(Field.START_STACK, top - MmStruct.PAGE_SIZE);
      return true;
    } finally {
      mm.unlock();
    }
  }

  /**
   * Grows a stack down to an address. The caller holds the lock.
   *
   * @param vma the first area above the address
   * @return 0 or a negated {@link Errno}; then nothing has changed
   */
  public static int expand(Cpu cpu, MmStruct mm, long vma, long address) {
    VmAreaStruct areas = mm.areas;
    if (!areas.has(vma, VmFlags.GROWSDOWN)) {
      return -Errno.EFAULT;
    }
    long start = address & MmStruct.PAGE_MASK;
    SpaceSettings settings = mm.spaces().settings();
    if (start < settings.mmapMinAddr()) {
      return -Errno.EPERM;
    }
    long prev = areas.prev(vma);
    if (prev != NONE
        && !areas.has(prev, VmFlags.GROWSDOWN)
        && areas.has(prev, VmFlags.ACCESS)
        && start - areas.end(prev) < settings.stackGuardGapBytes()) {
      return -Errno.ENOMEM;
    }
    if (!mm.spaces().anonVmas().prepare(cpu, vma)) {
      return -Errno.ENOMEM;
    }
    long grow = (areas.start(vma) - start) >>> MmStruct.PAGE_SHIFT;
    if (areas.start(vma) <= start) {
      return 0; // it was grown meanwhile
    }
    if (grow > areas.pgoff(vma) || !mayGrow(mm, vma, start, grow)) {
      return -Errno.ENOMEM;
    }
    long flags = areas.flags(vma);
    if ((flags & VmFlags.LOCKED) != 0) {
      mm.add(Field.LOCKED_VM, grow);
    }
    mm.account(flags, grow);
    mm.tree.resize(vma, start, areas.end(vma), areas.pgoff(vma) - grow);
    return 0;
  }

  /** {@code acct_stack_growth}. */
  private static boolean mayGrow(MmStruct mm, long vma, long start, long grow) {
    long flags = mm.areas.flags(vma);
    ProcessLimits limits = mm.limits();
    return limits.mayExpand(mm, flags, grow)
        && Long.compareUnsigned(mm.areas.end(vma) - start, limits.stack()) <= 0
        && limits.mayLockMore(mm, flags, grow << MmStruct.PAGE_SHIFT)
        && (!VmFlags.isAccounted(flags) || mm.spaces().commitment().charge(mm, grow));
  }
}
