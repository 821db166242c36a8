package dev.quarry.virtual.space;

import dev.quarry.machine.HugePageSpec;

/**
 * The settings under {@code /proc/sys/vm} and {@code /proc/sys/kernel} that concern address spaces.
 * They may be changed while the machine runs, as an administrator does.
 */
public final class SpaceSettings {
  /** {@code vm.overcommit_memory}. */
  public enum Overcommit {
    /** 0: an obvious excess is refused. */
    GUESS,
    /** 1: nothing is refused. */
    ALWAYS,
    /** 2: no more than CommitLimit. */
    NEVER
  }

  private static final int MAX_MAP_COUNT = 65530;
  private static final long MMAP_MIN_ADDR = 65536;
  private static final long STACK_GUARD_PAGES = 256;
  private static final int OVERCOMMIT_RATIO = 50;
  private static final long USER_RESERVE_KBYTES = 1 << 17;
  private static final long ADMIN_RESERVE_KBYTES = 1 << 13;

  /** 64 KiB. */
  private static final int FAULT_AROUND_PAGES = 16;

  private int maxMapCount = MAX_MAP_COUNT;
  private long mmapMinAddr = MMAP_MIN_ADDR;
  private long stackGuardGapBytes = STACK_GUARD_PAGES << MmStruct.PAGE_SHIFT;
  private Overcommit overcommit = Overcommit.GUESS;
  private int overcommitRatio = OVERCOMMIT_RATIO;
  private long overcommitKbytes;
  private long userReserveKbytes = USER_RESERVE_KBYTES;
  private long adminReserveKbytes = ADMIN_RESERVE_KBYTES;
  private boolean legacyLayout;
  private int faultAroundPages = FAULT_AROUND_PAGES;
  private HugePageSettings hugePages = new HugePageSettings(HugePageSpec.DEFAULTS);

  /** What Linux 6.18 starts with; the reserves are those of a machine of 4 GiB or more. */
  public SpaceSettings() {}

  /** {@code vm.max_map_count}: how many areas a process may have. */
  public int maxMapCount() {
    return maxMapCount;
  }

  /** Sets {@code vm.max_map_count}. */
  public void maxMapCount(int areas) {
    maxMapCount = notNegative("vm.max_map_count", areas);
  }

  /** {@code vm.mmap_min_addr}, in bytes. */
  public long mmapMinAddr() {
    return mmapMinAddr;
  }

  /** Sets {@code vm.mmap_min_addr}. */
  public void mmapMinAddr(long address) {
    mmapMinAddr = notNegative("vm.mmap_min_addr", address);
  }

  /** What a stack keeps free below itself. */
  public long stackGuardGapBytes() {
    return stackGuardGapBytes;
  }

  /** {@code vm.overcommit_memory}. */
  public Overcommit overcommit() {
    return overcommit;
  }

  /** Sets {@code vm.overcommit_memory}. */
  public void overcommit(Overcommit mode) {
    overcommit = mode;
  }

  /** {@code vm.overcommit_ratio}, in percent of RAM. */
  public int overcommitRatio() {
    return overcommitRatio;
  }

  /** Sets {@code vm.overcommit_ratio}; {@code overcommit_kbytes} becomes 0, as in Linux. */
  public void overcommitRatio(int percent) {
    overcommitRatio = notNegative("vm.overcommit_ratio", percent);
    overcommitKbytes = 0;
  }

  /** {@code vm.overcommit_kbytes}; 0: by the ratio. */
  public long overcommitKbytes() {
    return overcommitKbytes;
  }

  /** Sets {@code vm.overcommit_kbytes}; {@code overcommit_ratio} becomes 0, as in Linux. */
  public void overcommitKbytes(long kbytes) {
    overcommitKbytes = notNegative("vm.overcommit_kbytes", kbytes);
    if (kbytes != 0) {
      overcommitRatio = 0;
    }
  }

  /** {@code vm.user_reserve_kbytes}. */
  public long userReserveKbytes() {
    return userReserveKbytes;
  }

  /** Sets {@code vm.user_reserve_kbytes}. */
  public void userReserveKbytes(long kbytes) {
    userReserveKbytes = notNegative("vm.user_reserve_kbytes", kbytes);
  }

  /** {@code vm.admin_reserve_kbytes}. */
  public long adminReserveKbytes() {
    return adminReserveKbytes;
  }

  /** Sets {@code vm.admin_reserve_kbytes}. */
  public void adminReserveKbytes(long kbytes) {
    adminReserveKbytes = notNegative("vm.admin_reserve_kbytes", kbytes);
  }

  /** The settings of huge pages. */
  public HugePageSettings hugePages() {
    return hugePages;
  }

  /** Shares the settings of huge pages with the machine that has them. */
  public void hugePages(HugePageSettings settings) {
    hugePages = settings;
  }

  /** {@code vm.legacy_va_layout}: areas are placed upwards from a third of the address range. */
  public boolean legacyLayout() {
    return legacyLayout;
  }

  /** Sets {@code vm.legacy_va_layout}. */
  public void legacyLayout(boolean legacy) {
    legacyLayout = legacy;
  }

  /** {@code fault_around_bytes} of debugfs, in pages: a power of two. */
  public int faultAroundPages() {
    return faultAroundPages;
  }

  /**
   * Sets {@code fault_around_bytes}: {@code fault_around_bytes_set} (mm/memory.c, 6.18) rounds down
   * to a power of two, and takes no more than one page table shows.
   */
  public void faultAroundBytes(long bytes) {
    long most = MmStruct.PAGE_SIZE * (MmStruct.PAGE_SIZE / Long.BYTES);
    if (notNegative("fault_around_bytes", bytes) > most) {
      throw new IllegalArgumentException(
          "fault_around_bytes " + bytes + " is above what one page table shows, " + most);
    }
    faultAroundPages =
        (int) Long.highestOneBit(Math.max(bytes, MmStruct.PAGE_SIZE) >>> MmStruct.PAGE_SHIFT);
  }

  private static int notNegative(String name, int value) {
    return (int) notNegative(name, (long) value);
  }

  private static long notNegative(String name, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " " + value + " is below 0");
    }
    return value;
  }
}
