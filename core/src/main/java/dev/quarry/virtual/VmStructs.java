package dev.quarry.virtual;

import dev.quarry.machine.Ram;

/**
 * Reads and writes descriptors of areas of vmalloc space, {@code struct vm_struct}
 * (include/linux/vmalloc.h, 6.18), as bytes in memory of kmalloc; a descriptor is named by its
 * address.
 *
 * <pre>
 *   x86-64:  0     8     16    24     32     40     44        48         56      64        72 bytes
 *           +-----+-----+-----+------+------+------+---------+----------+-------+---------+
 *   x86-32:  0     4     8     12     16            20        24         28      32        36 bytes
 *           +-----+-----+-----+------+------+------+---------+----------+-------+---------+
 *           |next |addr |size |flags |pages |order |nr_pages |phys_addr |caller |requested|
 *           +-----+-----+-----+------+------+------+---------+----------+-------+---------+
 *                        with guard   array  64-bit only
 * </pre>
 */
final class VmStructs {
  /** The end of the list: NULL. */
  static final long NONE = ObjectMemory.NO_OBJECT;

  static final int VM_IOREMAP = 0x1;
  static final int VM_ALLOC = 0x2;
  static final int VM_MAP = 0x4;
  static final int VM_USERMAP = 0x8;
  static final int VM_UNINITIALIZED = 0x20;

  /** Ours: the area has no owner any more. */
  static final int VM_LAZY = 0x1_0000;

  /** Ours: its entries are cleared, and its addresses wait for a flush of the TLBs. */
  static final int VM_UNMAPPED = 0x2_0000;

  private static final int NEXT = 0;
  private static final int ADDR = 1;
  private static final int SIZE = 2;
  private static final int FLAGS = 3;
  private static final int PAGES = 4;
  private static final int NR_PAGES = 5;
  private static final int PHYS_ADDR = 6;
  private static final int CALLER = 7;
  private static final int REQUESTED = 8;
  private static final int WORDS = 9;

  private final Ram ram;
  private final KernelLayout layout;
  private final boolean wide;
  private final int wordShift;

  VmStructs(Ram ram, KernelLayout layout) {
    this.ram = ram;
    this.layout = layout;
    this.wide = layout.tables() == PageTableLayout.X86_64;
    this.wordShift = layout.tables().entryShift();
  }

  /** Bytes of a descriptor. */
  int bytes() {
    return WORDS << wordShift;
  }

  private long get(long vm, int word) {
    long at = vm - layout.directStart() + ((long) word << wordShift);
    return wide ? ram.getLong(at) : ram.getInt(at) & 0xFFFF_FFFFL;
  }

  private void set(long vm, int word, long value) {
    long at = vm - layout.directStart() + ((long) word << wordShift);
    if (wide) {
      ram.putLong(at, value);
    } else {
      ram.putInt(at, (int) value);
    }
  }

  /** Fills a fresh descriptor. */
  void init(long vm, long requestedBytes, long bytes, int flags, long caller) {
    set(vm, NEXT, NONE);
    set(vm, ADDR, 0);
    set(vm, SIZE, bytes);
    set(vm, FLAGS, flags);
    set(vm, PAGES, NONE);
    set(vm, NR_PAGES, 0);
    set(vm, PHYS_ADDR, 0);
    set(vm, CALLER, caller);
    set(vm, REQUESTED, requestedBytes);
  }

  long next(long vm) {
    return get(vm, NEXT);
  }

  void next(long vm, long next) {
    set(vm, NEXT, next);
  }

  /** The first address. */
  long address(long vm) {
    return get(vm, ADDR);
  }

  void address(long vm, long address) {
    set(vm, ADDR, address);
  }

  /** Bytes, the guard page included. */
  long size(long vm) {
    return get(vm, SIZE);
  }

  /** One past the last address, the guard page included. */
  long end(long vm) {
    return address(vm) + size(vm);
  }

  /** Pages that may be mapped: without the guard. */
  long usablePages(long vm) {
    return (size(vm) - PageTableLayout.PAGE_SIZE) >>> PageTableLayout.PAGE_SHIFT;
  }

  int flags(long vm) {
    return (int) get(vm, FLAGS);
  }

  boolean has(long vm, int flag) {
    return (get(vm, FLAGS) & flag) != 0;
  }

  void flags(long vm, int flags) {
    set(vm, FLAGS, flags);
  }

  /** The address of the array of its pages, or {@link #NONE}. */
  long pages(long vm) {
    return get(vm, PAGES);
  }

  void pages(long vm, long array) {
    set(vm, PAGES, array);
  }

  /** Pages in the array that are the area's own. */
  int nrPages(long vm) {
    return wide ? (int) (get(vm, NR_PAGES) >>> Integer.SIZE) : (int) get(vm, NR_PAGES);
  }

  /** In a wide descriptor the lower half of the word is the order, always 0 here. */
  void nrPages(long vm, int count) {
    set(vm, NR_PAGES, wide ? (long) count << Integer.SIZE : count);
  }

  long physical(long vm) {
    return get(vm, PHYS_ADDR);
  }

  void physical(long vm, long physical) {
    set(vm, PHYS_ADDR, physical);
  }

  long caller(long vm) {
    return get(vm, CALLER);
  }

  long requestedBytes(long vm) {
    return get(vm, REQUESTED);
  }
}
