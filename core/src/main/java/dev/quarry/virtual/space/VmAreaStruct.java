package dev.quarry.virtual.space;

import dev.quarry.machine.Host;

/**
 * Reads and writes areas, {@code struct vm_area_struct} (include/linux/mm_types.h; its red-black
 * node as in 6.0), as bytes in objects of the cache of that name; an area is named by the address
 * of its object.
 *
 * <pre>
 *    0  start    8    first address                    64  next      8    neighbour above
 *    8  end      8    one past the last                72  pgoff     8    of start, in pages
 *   16  flags    8    {@link VmFlags}                  80  mm        8    whose it is
 *   24  prev     8    neighbour below                  88  anon_vma  8    see {@link AnonVmas}
 *   32  left     8    in the red-black tree            96  chain     8    first anon_vma_chain
 *   40  right    8                                    104  file      4    handle, or NO_FILE
 *   48  parent   8    with the colour in bit 0        108            4    nothing
 *   56  gap      8    largest one in the subtree      112  bytes in all: two cache lines, of which
 *                                                          searches need the first
 * </pre>
 *
 * <p>{@code pgoff} of an anonymous area is {@code start >> PAGE_SHIFT} until mremap moves it with
 * pages in it. Methods do not check the address: this package wrote it.
 */
public final class VmAreaStruct {
  /** No area: NULL. */
  public static final long NONE = 0;

  /** The file of an anonymous area. */
  public static final int NO_FILE = 0;

  /** Bytes of an object. */
  static final int BYTES = 112;

  private static final int START = 0;
  private static final int END = 8;
  private static final int NEXT = 64;
  private static final int PREV = 24;
  private static final int LEFT = 32;
  private static final int RIGHT = 40;
  private static final int PARENT = 48;
  private static final int GAP = 56;
  private static final int FLAGS = 16;
  private static final int PGOFF = 72;
  private static final int MM = 80;
  private static final int ANON_VMA = 88;
  private static final int CHAIN = 96;
  private static final int FILE = 104;

  private static final long RED = 1;

  /** What to add to a kernel address to get the host's. */
  private final long delta;

  VmAreaStruct(long delta) {
    this.delta = delta;
  }

  /** The first address. */
  public long start(long vma) {
    return Host.getLong(vma + delta + START);
  }

  /** One past the last address. */
  public long end(long vma) {
    return Host.getLong(vma + delta + END);
  }

  /** Bits of {@link VmFlags}. */
  public long flags(long vma) {
    return Host.getLong(vma + delta + FLAGS);
  }

  /** Whether any of the flags is set. */
  public boolean has(long vma, long flags) {
    return (flags(vma) & flags) != 0;
  }

  /** The page of the file, or of all anonymous memory, that the first address shows. */
  public long pgoff(long vma) {
    return Host.getLong(vma + delta + PGOFF);
  }

  /** The page of its file, or of all anonymous memory, that an address shows, or would below it. */
  public long pgoffAt(long vma, long address) {
    return pgoff(vma) + ((address - start(vma)) >> MmStruct.PAGE_SHIFT);
  }

  /** The neighbour above, or {@link #NONE}. */
  public long next(long vma) {
    return Host.getLong(vma + delta + NEXT);
  }

  /** The neighbour below, or {@link #NONE}. */
  public long prev(long vma) {
    return Host.getLong(vma + delta + PREV);
  }

  /** The handle of its file, or {@link #NO_FILE}: {@code vma_is_anonymous()}. */
  public int file(long vma) {
    return Host.getInt(vma + delta + FILE);
  }

  /** Whether it shows no file. */
  public boolean isAnonymous(long vma) {
    return file(vma) == NO_FILE;
  }

  /** The anon_vma that its private pages belong to, or {@link #NONE}. */
  public long anonVma(long vma) {
    return Host.getLong(vma + delta + ANON_VMA);
  }

  /** How many pages it has: {@code vma_pages()}. */
  public long pages(long vma) {
    return (end(vma) - start(vma)) >>> MmStruct.PAGE_SHIFT;
  }

  /** The address of the mm_struct whose area it is. */
  public long mm(long vma) {
    return Host.getLong(vma + delta + MM);
  }

  /** The left child in the tree. */
  public long left(long vma) {
    return Host.getLong(vma + delta + LEFT);
  }

  /** The right child in the tree. */
  public long right(long vma) {
    return Host.getLong(vma + delta + RIGHT);
  }

  /** One of its children in the tree: which one does not cost a branch. */
  long child(long vma, boolean left) {
    return Host.getLong(vma + delta + (left ? LEFT : RIGHT));
  }

  void child(long vma, boolean left, long other) {
    Host.putLong(vma + delta + (left ? LEFT : RIGHT), other);
  }

  /** The parent in the tree. */
  public long parent(long vma) {
    return Host.getLong(vma + delta + PARENT) & ~RED;
  }

  /** Whether the tree has it red. */
  public boolean isRed(long vma) {
    return (Host.getLong(vma + delta + PARENT) & RED) != 0;
  }

  /** The largest gap below an area of the subtree, in bytes: {@code rb_subtree_gap}. */
  public long subtreeGap(long vma) {
    return Host.getLong(vma + delta + GAP);
  }

  void start(long vma, long address) {
    Host.putLong(vma + delta + START, address);
  }

  void end(long vma, long address) {
    Host.putLong(vma + delta + END, address);
  }

  void flags(long vma, long flags) {
    Host.putLong(vma + delta + FLAGS, flags);
  }

  void pgoff(long vma, long pages) {
    Host.putLong(vma + delta + PGOFF, pages);
  }

  void next(long vma, long other) {
    Host.putLong(vma + delta + NEXT, other);
  }

  void prev(long vma, long other) {
    Host.putLong(vma + delta + PREV, other);
  }

  void left(long vma, long other) {
    Host.putLong(vma + delta + LEFT, other);
  }

  void right(long vma, long other) {
    Host.putLong(vma + delta + RIGHT, other);
  }

  /** Sets the parent, the colour stays. */
  void parent(long vma, long other) {
    long at = vma + delta + PARENT;
    Host.putLong(at, other | (Host.getLong(at) & RED));
  }

  /** Sets parent and colour. */
  void parentRed(long vma, long other) {
    Host.putLong(vma + delta + PARENT, other | RED);
  }

  void red(long vma, boolean red) {
    long at = vma + delta + PARENT;
    long word = Host.getLong(at);
    Host.putLong(at, red ? word | RED : word & ~RED);
  }

  /** Takes over another one's parent and colour. */
  void copyParent(long vma, long from) {
    Host.putLong(vma + delta + PARENT, Host.getLong(from + delta + PARENT));
  }

  void subtreeGap(long vma, long bytes) {
    Host.putLong(vma + delta + GAP, bytes);
  }

  void anonVma(long vma, long address) {
    Host.putLong(vma + delta + ANON_VMA, address);
  }

  /** The first of its anon_vma_chain objects. */
  long chain(long vma) {
    return Host.getLong(vma + delta + CHAIN);
  }

  void chain(long vma, long first) {
    Host.putLong(vma + delta + CHAIN, first);
  }

  void file(long vma, int handle) {
    Host.putInt(vma + delta + FILE, handle);
  }

  /** Fills a fresh object; tree and list are the tree's. */
  void init(long vma, long mm, long start, long end, long flags, long pgoff, int file) {
    start(vma, start);
    end(vma, end);
    flags(vma, flags);
    pgoff(vma, pgoff);
    Host.putLong(vma + delta + MM, mm);
    anonVma(vma, NONE);
    chain(vma, NONE);
    file(vma, file);
  }
}
