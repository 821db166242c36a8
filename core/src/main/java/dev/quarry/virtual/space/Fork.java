package dev.quarry.virtual.space;

import dev.quarry.machine.Cpu;
import org.jspecify.annotations.Nullable;

/**
 * The operation fork: an address space with a copy of each area, whose private pages both share
 * until one writes ({@code dup_mmap}, mm/mmap.c, 6.18).
 *
 * <pre>
 *   parent   [ rw ] [ DONTFORK ] [ WIPEONFORK ] [ shared ]
 *   child    [ rw ]              [ empty      ] [ shared ]
 * </pre>
 */
public final class Fork {
  private static final long NONE = VmAreaStruct.NONE;

  private final Cpu cpu;
  private final MmStruct parent;
  private final MmStruct child;
  private final VmAreaStruct areas;
  private final AddressSpaces spaces;

  /** The child's highest area so far. */
  private long last = NONE;

  private Fork(Cpu cpu, MmStruct parent, MmStruct child) {
    this.cpu = cpu;
    this.parent = parent;
    this.child = child;
    this.areas = parent.areas;
    this.spaces = parent.spaces();
  }

  /**
   * Copies an address space.
   *
   * @param limits of the child
   * @return null without memory; then nothing has changed but the parent's write protection
   */
  public static @Nullable MmStruct fork(Cpu cpu, MmStruct parent, ProcessLimits limits) {
    AddressSpaces spaces = parent.spaces();
    MmStruct child = spaces.createLike(cpu, parent, limits);
    if (child == null) {
      return null;
    }
    boolean copied;
    parent.lock();
    child.lock(); // nobody else knows it: no order to keep
    try {
      copied = new Fork(cpu, parent, child).areas();
      // Private pages can be written by neither now.
      spaces.kernel().tables().memory().tlb().userAll(cpu, parent.tables());
    } finally {
      child.unlock();
      parent.unlock();
    }
    if (!copied) {
      spaces.exit(cpu, child);
      return null;
    }
    return child;
  }

  private boolean areas() {
    for (long vma = parent.firstArea(); vma != NONE; vma = areas.next(vma)) {
      if (!areas.has(vma, VmFlags.DONTCOPY) && !area(vma)) {
        return false;
      }
    }
    return true;
  }

  private boolean area(long vma) {
    long pages = areas.pages(vma);
    long flags = areas.flags(vma) & ~VmFlags.LOCKED_MASK;
    long promised = VmFlags.isAccounted(flags) ? pages : 0;
    if (promised != 0 && !spaces.commitment().charge(child, promised)) {
      return false;
    }
    long copy = object(vma, flags);
    if (copy == NONE) {
      spaces.commitment().uncharge(promised);
      return false;
    }
    child.tree.insert(copy, last);
    last = copy;
    child.account(flags, pages);
    boolean empty = (flags & VmFlags.WIPEONFORK) != 0;
    return empty || spaces.pages().copy(cpu, parent, vma, child, copy);
  }

  /** The copy's object, which holds its file and is tied to the parent's pages. */
  private long object(long vma, long flags) {
    long copy = spaces.allocArea(cpu);
    if (copy == NONE) {
      return NONE;
    }
    int file = areas.file(vma);
    areas.init(
        copy, child.address(), areas.start(vma), areas.end(vma), flags, areas.pgoff(vma), file);
    boolean empty = (flags & VmFlags.WIPEONFORK) != 0;
    if (!empty && !spaces.anonVmas().fork(cpu, copy, vma)) {
      spaces.freeObject(cpu, copy);
      return NONE;
    }
    spaces.files().get(file);
    return copy;
  }
}
