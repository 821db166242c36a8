package dev.quarry.virtual.fault;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.LargeFolios;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.space.Errno;
import dev.quarry.virtual.space.HugePageSettings;
import dev.quarry.virtual.space.MmStruct;
import org.jspecify.annotations.Nullable;

/**
 * Huge pages of processes: faults, splitting, collapsing, and who is asked when memory is wanted
 * (mm/huge_memory.c, mm/khugepaged.c, 6.18). One for each machine.
 *
 * <pre>
 *   HugePages ─┬─ HugeRules       which areas, with which effort
 *              ├─ HugeFault       a huge page comes
 *              ├─ HugeEntries     entries: zapped, copied, moved, split
 *              ├─ LargeRmap       who maps it; blocks that wait to be split
 *              ├─ HugeZeroPage    zeros for all
 *              └─ Khugepaged ─► Collapse
 * </pre>
 */
public final class HugePages {
  private static final long BYTES = HugePageSettings.BYTES;

  private final Parts parts;
  private final HugeRules rules;
  private final HugeZeroPage zero;
  private final HugeEntries entries;
  private final Collapse collapse;
  private final Khugepaged khugepaged;
  private final HugeFault fault;
  private final UnusedPages unused;

  HugePages(Parts parts, SwapFault swap) {
    this.parts = parts;
    this.rules = new HugeRules(parts.spaces());
    this.zero = new HugeZeroPage(parts);
    this.unused = new UnusedPages(parts);
    this.entries = new HugeEntries(parts, zero);
    this.collapse = new Collapse(parts, rules, entries, swap);
    this.khugepaged = new Khugepaged(parts, rules, collapse);
    this.fault = new HugeFault(parts, rules, entries, zero, khugepaged);
  }

  /** Which areas may have huge pages. */
  public HugeRules rules() {
    return rules;
  }

  /** The daemon that makes huge pages of small ones. */
  public Khugepaged khugepaged() {
    return khugepaged;
  }

  HugeEntries entries() {
    return entries;
  }

  HugeFault fault() {
    return fault;
  }

  /** An address space goes. */
  void released(MmStruct mm) {
    khugepaged.exit(mm);
    zero.put(mm);
  }

  /** An area was advised to have huge pages: khugepaged looks at it from now on. */
  void advised(MmStruct mm, long vma) {
    if (rules.isEnabled()) {
      khugepaged.enter(mm, vma);
    }
  }

  /**
   * Makes huge pages of a part of an area at once: {@code madvise_collapse}.
   *
   * @return 0 or a negated {@link Errno}
   */
  int collapse(Cpu cpu, MmStruct mm, long vma, long start, long end) {
    if (!rules.mayCollapse(mm, vma)) {
      return -Errno.EINVAL;
    }
    long first = (start + BYTES - 1) & -BYTES;
    boolean none = first > (end & -BYTES); // both ends in one huge page: Linux counts -1 of them
    Collapse.Result last = none ? Collapse.Result.FAIL : Collapse.Result.SUCCEED;
    for (long at = first; at + BYTES <= end; at += BYTES) {
      Collapse.Result result = collapse.range(cpu, mm, vma, at, false);
      boolean done = result == Collapse.Result.SUCCEED || result == Collapse.Result.PMD_MAPPED;
      last = done ? last : result;
      if (!done && !isWorthGoingOn(result)) {
        break;
      }
    }
    return errno(last);
  }

  private static boolean isWorthGoingOn(Collapse.Result result) {
    return result == Collapse.Result.PMD_NULL || result == Collapse.Result.PAGE_COUNT;
  }

  private static int errno(Collapse.Result last) {
    return switch (last) {
      case SUCCEED -> 0;
      case ALLOC_HUGE_PAGE_FAIL -> -Errno.ENOMEM;
      case PAGE_COUNT -> -Errno.EAGAIN;
      default -> -Errno.EINVAL;
    };
  }

  /**
   * Makes 512 pages of the block that holds a frame, if only small entries show it and nobody else
   * holds it; frames that nobody maps, or that hold zeros, are freed: {@code split_folio}.
   *
   * @param held the address space whose lock the caller holds, or null
   * @return whether that was done
   */
  public boolean splitBlock(Cpu cpu, int pfn, @Nullable MmStruct held) {
    if (!LargeFolios.isPart(parts.map().state(pfn))) {
      return false;
    }
    int head = parts.memory().largeFolios().head(pfn);
    parts.lru().beforeSplit(head);
    int[] unmapped = parts.rmap().large().split(cpu, head);
    if (unmapped == null) {
      parts.lru().addLarge(head);
      return false;
    }
    parts.lru().afterSplit(head, HugePageSettings.FRAMES);
    for (int frame : unmapped) {
      parts.allocator().freePage(cpu, frame);
    }
    unused.giveUp(cpu, head, held);
    return true;
  }

  /**
   * Splits blocks of which parts are not mapped any more, the longest waiting first: {@code
   * deferred_split_scan}, for who wants memory.
   *
   * @param most how many
   * @return how many were split
   */
  public int splitDeferred(Cpu cpu, int most) {
    int split = 0;
    for (int head : parts.rmap().large().deferred()) {
      if (split < most && splitBlock(cpu, head, null)) {
        split++;
      }
    }
    return split;
  }

  /** Frees the huge page of zeros if nobody uses it; how many frames that were. */
  public int shrinkZeroPage(Cpu cpu) {
    return zero.shrink(cpu);
  }

  /**
   * Splits the huge page that reaches from below an address to above it, as an advice about pages
   * concerns only a part of it, and is to be followed page by page. What others map too is left as
   * it is.
   */
  void splitPart(Cpu cpu, MmStruct mm, long address) {
    long slot = entries.slotAcross(mm, address);
    if (slot == PageTables.NO_SLOT) {
      return;
    }
    int head = parts.pfn(parts.tables().entry(slot));
    if (zero.is(head)) {
      entries.split(cpu, mm, slot);
    } else if (parts.rmap().large().isAlone(mm, head)) {
      entries.split(cpu, mm, slot);
      splitBlock(cpu, head, mm);
    }
  }

  boolean isZeros(int head) {
    return zero.is(head);
  }
}
