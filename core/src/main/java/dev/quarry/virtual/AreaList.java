package dev.quarry.virtual;

import dev.quarry.machine.SpinLock;

/**
 * The areas of vmalloc space, {@code vmlist}: a plain list sorted by address, and the search for
 * the first hole that is large enough, as the course teaches.
 *
 * <pre>
 *   VMALLOC_START                                                          VMALLOC_END
 *   |[ area |g][ area  |g]     hole      [lazy |g][ area |g]      hole              |
 *      head ──► ─────► ────────────────────► ────► NONE        g: a guard page, never mapped
 * </pre>
 *
 * <p>A lazy area is gone for its owner; its addresses stay taken until {@link #takeLazy} drops all
 * of them, behind one flush of the TLBs. {@link #lock} guards the list.
 *
 * <p>The search remembers where it ended and the largest hole before that place: what is larger
 * begins there, and is first fit all the same ({@code free_vmap_cache}, 2.6.37 to 5.1). The list
 * alone would cost each request a look at all lazy areas.
 */
final class AreaList {
  /** What {@link #insert} returns when there is no hole. */
  static final long NO_ADDRESS = 0;

  final SpinLock lock = new SpinLock("vmalloc areas");
  private final VmStructs structs;
  private final long start;
  private final long end;
  private long head = VmStructs.NONE;
  private long lazyPages;

  /** The area that was inserted last, or none. */
  private long hint = VmStructs.NONE;

  /** Bytes of the largest hole before {@link #hint}. */
  private long largestHoleBefore;

  AreaList(VmStructs structs, KernelLayout layout) {
    this.structs = structs;
    this.start = layout.vmallocStart();
    this.end = layout.vmallocEnd();
  }

  long head() {
    return head;
  }

  /** Pages of lazy areas, guards included: {@code vmap_lazy_nr}. */
  long lazyPages() {
    return lazyPages;
  }

  /**
   * Gives an area the lowest addresses that are free, and links it there.
   *
   * @param align a power of two, at least a page
   * @return its address, or {@link #NO_ADDRESS}
   */
  long insert(long vm, long align) {
    lock.lock();
    try {
      boolean fromHint = hint != VmStructs.NONE && structs.size(vm) > largestHoleBefore;
      if (!fromHint) {
        largestHoleBefore = 0;
      }
      return insertBehind(vm, align, fromHint ? hint : VmStructs.NONE);
    } finally {
      lock.unlock();
    }
  }

  /** The search for a hole, from behind an area on, or from the beginning. */
  private long insertBehind(long vm, long align, long first) {
    long size = structs.size(vm);
    long before = first;
    while (true) {
      long at = before == VmStructs.NONE ? start : structs.end(before);
      long next = before == VmStructs.NONE ? head : structs.next(before);
      long holeEnd = next == VmStructs.NONE ? end : structs.address(next);
      long candidate = (at + align - 1) & -align;
      if (size <= holeEnd - candidate) {
        link(vm, before, next, candidate);
        largestHoleBefore = Math.max(largestHoleBefore, candidate - at);
        hint = vm;
        return candidate;
      }
      if (next == VmStructs.NONE) {
        hint = VmStructs.NONE;
        return NO_ADDRESS;
      }
      largestHoleBefore = Math.max(largestHoleBefore, holeEnd - at);
      before = next;
    }
  }

  private void link(long vm, long before, long next, long address) {
    structs.address(vm, address);
    structs.next(vm, next);
    if (before == VmStructs.NONE) {
      head = vm;
    } else {
      structs.next(before, vm);
    }
  }

  /**
   * Says that an area's frames are all there: {@code clear_vm_uninitialized_flag}. The lock orders
   * what was written before for those who look.
   */
  void initialized(long vm) {
    lock.lock();
    structs.flags(vm, structs.flags(vm) & ~VmStructs.VM_UNINITIALIZED);
    lock.unlock();
  }

  /** The live area that begins at an address, or {@link VmStructs#NONE}. */
  private long findLocked(long address) {
    boolean fromHint = hint != VmStructs.NONE && structs.address(hint) <= address;
    for (long vm = fromHint ? hint : head; vm != VmStructs.NONE; vm = structs.next(vm)) {
      long from = structs.address(vm);
      if (from >= address) {
        boolean live = from == address && !structs.has(vm, VmStructs.VM_LAZY);
        return live ? vm : VmStructs.NONE;
      }
    }
    return VmStructs.NONE;
  }

  /**
   * Takes the live area that begins at an address from its owner, so that nobody else frees it too.
   *
   * @param kind the flag of what it must be
   * @return the area, or {@link VmStructs#NONE}
   */
  long claim(long address, int kind) {
    lock.lock();
    try {
      long vm = findLocked(address);
      if (vm == VmStructs.NONE || !structs.has(vm, kind)) {
        return VmStructs.NONE;
      }
      structs.flags(vm, structs.flags(vm) | VmStructs.VM_LAZY);
      return vm;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Counts a claimed area, no longer mapped, among those that wait for a flush.
   *
   * @return pages of all lazy areas
   */
  long addLazy(long vm) {
    lock.lock();
    structs.flags(vm, structs.flags(vm) | VmStructs.VM_UNMAPPED);
    lazyPages += structs.size(vm) >>> PageTableLayout.PAGE_SHIFT;
    long pages = lazyPages;
    lock.unlock();
    return pages;
  }

  /**
   * Unlinks all areas that wait for a flush.
   *
   * @return the first of them, linked by {@code next}, sorted by address
   */
  long takeLazy() {
    lock.lock();
    try {
      long first = VmStructs.NONE;
      long lastLazy = VmStructs.NONE;
      long lastKept = VmStructs.NONE;
      for (long vm = head; vm != VmStructs.NONE; ) {
        long next = structs.next(vm);
        if (!structs.has(vm, VmStructs.VM_UNMAPPED)) {
          lastKept = vm;
        } else {
          if (lastKept == VmStructs.NONE) {
            head = next;
          } else {
            structs.next(lastKept, next);
          }
          if (lastLazy == VmStructs.NONE) {
            first = vm;
          } else {
            structs.next(lastLazy, vm);
          }
          structs.next(vm, VmStructs.NONE);
          lastLazy = vm;
        }
        vm = next;
      }
      lazyPages = 0;
      hint = VmStructs.NONE;
      return first;
    } finally {
      lock.unlock();
    }
  }
}
