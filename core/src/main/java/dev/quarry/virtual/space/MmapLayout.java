package dev.quarry.virtual.space;

import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.space.MmStruct.Field;
import java.util.Random;

/**
 * Where a process has what: {@code arch_pick_mmap_layout}, {@code randomize_stack_top}, {@code
 * arch_randomize_brk} (arch/x86/mm/mmap.c, arch/x86/kernel/process.c, fs/exec.c, 6.18).
 *
 * <pre>
 *   x86-64                                            x86-32
 *   7ffffffff000  TASK_SIZE, stack                    c0000000
 *        :        RLIMIT_STACK and guard, at least 128 MiB
 *   mmap_base     areas, downwards                    5/6 of all at the most below TASK_SIZE
 *        :
 *   555555554000  program, then its heap upwards      08048000
 *   2aaaaaaab000  legacy base: areas, upwards         40000000
 * </pre>
 */
public final class MmapLayout {
  private static final long TASK_SIZE_64 = (1L << 47) - MmStruct.PAGE_SIZE;
  private static final long TASK_SIZE_32 = 0xc000_0000L;
  private static final long LEAST_STACK_GAP = 128L << 20;
  private static final int MMAP_RANDOM_BITS_64 = 28;
  private static final int MMAP_RANDOM_BITS_32 = 8;
  private static final long STACK_RANDOM_PAGES_64 = 0x3f_ffff;
  private static final long STACK_RANDOM_PAGES_32 = 0x7ff;
  private static final long PROGRAM_32 = 0x0804_8000L;
  private static final long HEAP_RANDOM_BYTES_64 = 1L << 30;
  private static final long HEAP_RANDOM_BYTES_32 = 32L << 20;
  private static final long LEGACY_SHARE = 3;
  private static final long GAP_SHARE_DIVISOR = 6;
  private static final long GAP_SHARE = 5;

  private final boolean wide;
  private final long taskSize;
  private final long mmapBase;
  private final long legacyBase;
  private final long stackTop;
  private final long heapStart;
  private final long heapShift;
  private final long programBase;

  private MmapLayout(AddressSpaces spaces, ProcessLimits limits, Random random, boolean fixed) {
    this.wide = spaces.tableLayout() == PageTableLayout.X86_64;
    this.taskSize = wide ? TASK_SIZE_64 : TASK_SIZE_32;
    int bits = wide ? MMAP_RANDOM_BITS_64 : MMAP_RANDOM_BITS_32;
    long shift = fixed ? 0 : random.nextLong(1L << bits) << MmStruct.PAGE_SHIFT;
    long stackRandom = wide ? STACK_RANDOM_PAGES_64 : STACK_RANDOM_PAGES_32;
    long pad = spaces.settings().stackGuardGapBytes();
    pad += fixed ? 0 : stackRandom << MmStruct.PAGE_SHIFT;
    this.mmapBase = pageAlign(taskSize - stackGap(limits.stack(), pad) - shift);
    this.legacyBase = pageAlign(taskSize / LEGACY_SHARE) + shift;
    long stackShift = fixed ? 0 : random.nextLong(stackRandom + 1) << MmStruct.PAGE_SHIFT;
    this.stackTop = taskSize - stackShift;
    long program = wide ? taskSize / LEGACY_SHARE * 2 & MmStruct.PAGE_MASK : PROGRAM_32;
    long heapRandom = wide ? HEAP_RANDOM_BYTES_64 : HEAP_RANDOM_BYTES_32;
    this.heapShift = fixed ? 0 : random.nextLong(heapRandom) & MmStruct.PAGE_MASK;
    this.heapStart = program + heapShift;
    long programShift = fixed ? 0 : random.nextLong(1L << bits) << MmStruct.PAGE_SHIFT;
    this.programBase = (taskSize / LEGACY_SHARE * 2 & MmStruct.PAGE_MASK) + programShift;
  }

  private MmapLayout(MmapLayout like, long mmapBase, long stackTop, long heapStart) {
    this.wide = like.wide;
    this.taskSize = like.taskSize;
    this.mmapBase = mmapBase;
    this.legacyBase = like.legacyBase;
    this.stackTop = stackTop;
    this.heapStart = heapStart;
    this.heapShift = like.heapShift;
    this.programBase = like.programBase;
  }

  /** The same with other places for areas and stack, as a process was seen to have them. */
  public MmapLayout seenAt(long areasFrom, long topOfStack) {
    return new MmapLayout(this, areasFrom, topOfStack, heapStart);
  }

  /** The same with the heap elsewhere, as {@code prctl(PR_SET_MM_MAP)} moves it. */
  public MmapLayout heapAt(long start) {
    return new MmapLayout(this, mmapBase, stackTop, start);
  }

  /** The same places for every process. */
  public static MmapLayout fixed(AddressSpaces spaces, ProcessLimits limits) {
    return new MmapLayout(spaces, limits, new Random(0), true);
  }

  /** Places that differ from process to process, as the seed says. */
  public static MmapLayout random(AddressSpaces spaces, ProcessLimits limits, long seed) {
    return new MmapLayout(spaces, limits, new Random(seed), false);
  }

  private long stackGap(long limit, long pad) {
    long gap = limit + pad; // wraps for no limit, which then counts without the pad
    if (Long.compareUnsigned(gap, limit) < 0) {
      gap = limit;
    }
    long most = taskSize / GAP_SHARE_DIVISOR * GAP_SHARE;
    if (Long.compareUnsigned(gap, most) > 0) {
      return most;
    }
    return Math.max(gap, LEAST_STACK_GAP);
  }

  static long pageAlign(long address) {
    return (address + MmStruct.PAGE_SIZE - 1) & MmStruct.PAGE_MASK;
  }

  /** TASK_SIZE. */
  public long taskSize() {
    return taskSize;
  }

  /** Where areas are placed from, downwards. */
  public long mmapBase() {
    return mmapBase;
  }

  /** Where areas are placed from in the legacy layout, upwards. */
  public long legacyBase() {
    return legacyBase;
  }

  /** One past the highest address of the stack. */
  public long stackTop() {
    return stackTop;
  }

  /** Where the heap of a process without a program begins. */
  public long heapStart() {
    return heapStart;
  }

  /** How far behind a program its heap begins, at random: {@code arch_randomize_brk}. */
  public long heapShift() {
    return heapShift;
  }

  /** Where a program goes that may be anywhere: {@code ELF_ET_DYN_BASE}, and what is random. */
  public long programBase() {
    return programBase;
  }

  void apply(MmStruct mm, boolean legacy) {
    mm.set(Field.TASK_SIZE, taskSize);
    mm.set(Field.MMAP_BASE, legacy ? legacyBase : mmapBase);
    mm.set(Field.LEGACY_BASE, legacyBase);
    mm.set(Field.TOPDOWN, legacy ? 0 : 1);
    mm.set(Field.START_CODE, heapStart);
    mm.set(Field.END_CODE, heapStart);
    mm.set(Field.START_DATA, heapStart);
    mm.set(Field.END_DATA, heapStart);
    mm.set(Field.START_BRK, heapStart);
    mm.set(Field.BRK, heapStart);
    mm.set(Field.START_STACK, stackTop);
  }
}
