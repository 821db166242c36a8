package dev.quarry.virtual.space;

/**
 * What mmap, mprotect, mremap and their sisters are asked for: PROT_*, MAP_*, MREMAP_* of
 * include/uapi/linux/mman.h and asm-generic/mman*.h, with the values of x86.
 */
public final class MapFlags {
  public static final long PROT_NONE = 0;
  public static final long PROT_READ = 0x1;
  public static final long PROT_WRITE = 0x2;
  public static final long PROT_EXEC = 0x4;
  public static final long PROT_SEM = 0x8;
  public static final long PROT_GROWSDOWN = 0x01000000;
  public static final long PROT_GROWSUP = 0x02000000;

  public static final long MAP_SHARED = 0x1;
  public static final long MAP_PRIVATE = 0x2;
  public static final long MAP_SHARED_VALIDATE = 0x3;
  public static final long MAP_DROPPABLE = 0x8;
  public static final long MAP_TYPE = 0xf;
  public static final long MAP_FIXED = 0x10;
  public static final long MAP_ANONYMOUS = 0x20;
  public static final long MAP_32BIT = 0x40;
  public static final long MAP_ABOVE4G = 0x80;
  public static final long MAP_GROWSDOWN = 0x100;
  public static final long MAP_DENYWRITE = 0x800;
  public static final long MAP_EXECUTABLE = 0x1000;
  public static final long MAP_LOCKED = 0x2000;
  public static final long MAP_NORESERVE = 0x4000;
  public static final long MAP_POPULATE = 0x8000;
  public static final long MAP_NONBLOCK = 0x10000;
  public static final long MAP_STACK = 0x20000;
  public static final long MAP_HUGETLB = 0x40000;
  public static final long MAP_SYNC = 0x80000;
  public static final long MAP_FIXED_NOREPLACE = 0x100000;

  /** log2 of a huge page's size, in the flags from here on. */
  public static final int MAP_HUGE_SHIFT = 26;

  public static final long MAP_HUGE_MASK = 0x3f;

  public static final long MREMAP_MAYMOVE = 1;
  public static final long MREMAP_FIXED = 2;
  public static final long MREMAP_DONTUNMAP = 4;

  public static final long MLOCK_ONFAULT = 1;
  public static final long MCL_CURRENT = 1;
  public static final long MCL_FUTURE = 2;
  public static final long MCL_ONFAULT = 4;

  public static final long MS_ASYNC = 1;
  public static final long MS_INVALIDATE = 2;
  public static final long MS_SYNC = 4;

  /** The bits of MAP_HUGE_2MB and MAP_HUGE_1GB. */
  private static final long LEGACY_HUGE_SIZES = 21 | 30;

  /** Flags that a kernel of before MAP_SHARED_VALIDATE knew: LEGACY_MAP_MASK. */
  static final long LEGACY_MAP_MASK =
      MAP_SHARED
          | MAP_PRIVATE
          | MAP_FIXED
          | MAP_ANONYMOUS
          | MAP_DENYWRITE
          | MAP_EXECUTABLE
          | MAP_GROWSDOWN
          | MAP_LOCKED
          | MAP_NORESERVE
          | MAP_POPULATE
          | MAP_NONBLOCK
          | MAP_STACK
          | MAP_HUGETLB
          | MAP_32BIT
          | MAP_ABOVE4G
          | LEGACY_HUGE_SIZES << MAP_HUGE_SHIFT;

  private MapFlags() {}
}
