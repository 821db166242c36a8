package dev.quarry.replay.compact;

import org.jspecify.annotations.Nullable;

/**
 * The kinds of slab events by number: what their lines begin with, and which fields follow the
 * pointer.
 *
 * <pre>
 *   0  k   requested allocated gfp site     kmalloc
 *   1  f   site                             kfree
 *   2  c   cache gfp site                   kmem_cache_alloc
 *   3  d   cache site                       kmem_cache_free
 * </pre>
 */
public enum SlabMark {
  KMALLOC('k', "bbgs"),
  KFREE('f', "s"),
  CACHE_ALLOC('c', "cgs"),
  CACHE_FREE('d', "cs");

  /** Most fields behind the pointer. */
  public static final int MOST_FIELDS = 4;

  /** How many definitions of one kind a file may have: flags, sites, caches. */
  public static final int MAX_NAMES = 1 << 16;

  private static final SlabMark[] ALL = values();

  private final byte letter;
  private final String fields;

  SlabMark(char letter, String fields) {
    this.letter = (byte) letter;
    this.fields = fields;
  }

  /** The kind of this number. */
  public static SlabMark of(int number) {
    return ALL[number];
  }

  /** The kind whose line begins with this letter; null if there is none. */
  public static @Nullable SlabMark of(byte letter) {
    return switch (letter) {
      case 'k' -> KMALLOC;
      case 'f' -> KFREE;
      case 'c' -> CACHE_ALLOC;
      case 'd' -> CACHE_FREE;
      default -> null;
    };
  }

  /** How many kinds there are. */
  public static int count() {
    return ALL.length;
  }

  /** What a line begins with. */
  public byte letter() {
    return letter;
  }

  /** How many fields follow the pointer. */
  public int fields() {
    return fields.length();
  }

  /** The largest value of a field. */
  public int largest(int field) {
    return fields.charAt(field) == 'b' ? Integer.MAX_VALUE : MAX_NAMES - 1;
  }

  /** Which field is a number of this sort of definition, {@code g}, {@code s} or {@code c}. */
  public int fieldOf(char sort) {
    return fields.indexOf(sort);
  }

  /** Whether an object is handed out, and not given back. */
  public boolean isAllocation() {
    return this == KMALLOC || this == CACHE_ALLOC;
  }
}
