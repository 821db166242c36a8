package dev.quarry.virtual.space;

import dev.quarry.machine.Host;
import dev.quarry.machine.SpinLock;
import dev.quarry.virtual.PageTables;

/**
 * An address space: {@code struct mm_struct} (include/linux/mm_types.h), as bytes in an object of
 * the cache of that name. This is the handle; the numbers are in the object.
 *
 * <p>Equations: {@code total_vm == sum over areas of pages}; {@code data_vm}, {@code stack_vm},
 * {@code exec_vm}, {@code locked_vm} are the sums over the areas that {@link VmFlags} says; {@code
 * map_count} areas are in the tree. {@link SpaceInvariants} checks them.
 *
 * <pre>
 *   mm_struct ─┬─ first ─► area ─► area ─► area            sorted by address
 *              ├─ root ──► the same in a red-black tree    {@link AreaTree}
 *              ├─ cache ─► the area that was used last
 *              └─ pgd ───► page tables
 * </pre>
 *
 * <p>{@link #lock} is {@code mmap_lock}: who reads or changes areas holds it. The locks of the
 * allocators are taken below it.
 */
public final class MmStruct extends SpinLock {
  /** log2 of the bytes in a page. */
  static final int PAGE_SHIFT = 12;

  /** Bytes in a page. */
  static final long PAGE_SIZE = 1L << PAGE_SHIFT;

  static final long PAGE_MASK = -PAGE_SIZE;

  /** Where in the object each number of an address space is. */
  static final class Field {
    static final int FIRST = 0;
    static final int ROOT = 8;
    static final int CACHE = 16;
    static final int HIGHEST_END = 24;
    static final int MAP_COUNT = 32;
    static final int USERS = 40;
    static final int PGD = 48;
    static final int TOTAL_VM = 56;
    static final int DATA_VM = 64;
    static final int EXEC_VM = 72;
    static final int STACK_VM = 80;
    static final int LOCKED_VM = 88;
    static final int PINNED_VM = 96;
    static final int HIWATER_VM = 104;
    static final int DEF_FLAGS = 112;
    static final int TASK_SIZE = 120;
    static final int MMAP_BASE = 128;
    static final int LEGACY_BASE = 136;
    static final int TOPDOWN = 144;
    static final int START_CODE = 152;
    static final int END_CODE = 160;
    static final int START_DATA = 168;
    static final int END_DATA = 176;
    static final int START_BRK = 184;
    static final int BRK = 192;
    static final int START_STACK = 200;
    static final int RSS_FILE = 208;
    static final int RSS_ANON = 216;
    static final int SWAP_ENTRIES = 224;
    static final int RSS_SHMEM = 232;
    static final int HIWATER_RSS = 240;
    static final int MIN_FAULTS = 248;
    static final int MAJ_FAULTS = 256;
    static final int STACKS = 264;

    /** Of pages that only the total counts. */
    static final int NONE = -1;

    private Field() {}
  }

  /** Bytes of an object. */
  static final int BYTES = 272;

  private final AddressSpaces spaces;
  private final long address;
  private final long host;
  private final PageTables tables;
  private final ProcessLimits limits;
  final VmAreaStruct areas;
  final AreaTree tree;
  final AreaMerge merge;
  final AreaDetach detach;
  final UnmappedArea unmapped;
  private final HugeState huge;
  private final TaskState task = new TaskState();
  private volatile long countedTables;

  MmStruct(AddressSpaces spaces, long address, PageTables tables, ProcessLimits limits) {
    super("mm");
    this.spaces = spaces;
    this.address = address;
    this.host = address + spaces.delta();
    this.tables = tables;
    this.limits = limits;
    this.areas = spaces.areas();
    Host.fill(host, BYTES, (byte) 0);
    this.tree = new AreaTree(this);
    this.merge = new AreaMerge(this);
    this.detach = new AreaDetach(this);
    this.unmapped = new UnmappedArea(this);
    this.huge = new HugeState(spaces.nextOwner());
    set(Field.PGD, tables.root());
    set(Field.USERS, 1);
  }

  /** What all address spaces of the machine share. */
  public AddressSpaces spaces() {
    return spaces;
  }

  /** Where in RAM the object is, by the kernel's address. */
  public long address() {
    return address;
  }

  /** The page tables. */
  public PageTables tables() {
    return tables;
  }

  /** What it has to do with huge pages. */
  public HugeState huge() {
    return huge;
  }

  /** What reports and the OOM killer know of its processes. */
  public TaskState task() {
    return task;
  }

  /** What its process may do and have. */
  public ProcessLimits limits() {
    return limits;
  }

  long get(int field) {
    return Host.getLong(host + field);
  }

  void set(int field, long value) {
    Host.putLong(host + field, value);
  }

  void add(int field, long value) {
    Host.putLong(host + field, Host.getLong(host + field) + value);
  }

  /** The area that was found last, or {@link VmAreaStruct#NONE}: {@code mmap_cache}. */
  long lastUsed() {
    return get(Field.CACHE);
  }

  void lastUsed(long vma) {
    set(Field.CACHE, vma);
  }

  /** The lowest area, or {@link VmAreaStruct#NONE}. */
  public long firstArea() {
    return get(Field.FIRST);
  }

  /** The root of the tree, or {@link VmAreaStruct#NONE}. */
  public long rootArea() {
    return get(Field.ROOT);
  }

  /** How many areas there are. */
  public long mapCount() {
    return get(Field.MAP_COUNT);
  }

  /** Pages in all areas. */
  public long totalVm() {
    return get(Field.TOTAL_VM);
  }

  /** Pages in private writable areas that are no stacks. */
  public long dataVm() {
    return get(Field.DATA_VM);
  }

  /** Pages in executable areas that nobody writes. */
  public long execVm() {
    return get(Field.EXEC_VM);
  }

  /** Pages from the first to the last of the program's own code; 0 where none was started. */
  public long codePages() {
    long page = PAGE_SIZE;
    long end = get(Field.END_CODE) + page - 1 & PAGE_MASK;
    return Long.divideUnsigned(end - (get(Field.START_CODE) & PAGE_MASK), page);
  }

  /** Pages in stacks. */
  public long stackVm() {
    return get(Field.STACK_VM);
  }

  /** Pages in locked areas. */
  public long lockedVm() {
    return get(Field.LOCKED_VM);
  }

  /** Pages that drivers keep where they are. */
  public long pinnedVm() {
    return get(Field.PINNED_VM);
  }

  /** The most that {@link #totalVm} was. */
  public long hiwaterVm() {
    return Math.max(get(Field.HIWATER_VM), totalVm());
  }

  /** One past the last address that a process may use: TASK_SIZE. */
  public long taskSize() {
    return get(Field.TASK_SIZE);
  }

  /** Where the search for free addresses begins, downwards or, in the legacy layout, upwards. */
  public long mmapBase() {
    return get(Field.MMAP_BASE);
  }

  /** Where the heap begins. */
  public long startBrk() {
    return get(Field.START_BRK);
  }

  /** Where the heap ends. */
  public long brk() {
    return get(Field.BRK);
  }

  /** An address in the stack: where it began. */
  public long startStack() {
    return get(Field.START_STACK);
  }

  /** Flags that each new area gets: {@code def_flags}, set by mlockall. */
  long defFlags() {
    return get(Field.DEF_FLAGS);
  }

  /** The first area that ends above an address, or {@link VmAreaStruct#NONE}: find_vma(). */
  public long findVma(long at) {
    return tree.find(at);
  }

  /** The first area that has a page of a range, or {@link VmAreaStruct#NONE}. */
  public long findVmaIntersection(long from, long to) {
    long vma = tree.find(from);
    return vma != VmAreaStruct.NONE && Long.compareUnsigned(areas.start(vma), to) < 0
        ? vma
        : VmAreaStruct.NONE;
  }

  /** The area that holds an address, or {@link VmAreaStruct#NONE}: vma_lookup(). */
  public long lookup(long at) {
    long vma = tree.find(at);
    return vma != VmAreaStruct.NONE && Long.compareUnsigned(areas.start(vma), at) <= 0
        ? vma
        : VmAreaStruct.NONE;
  }

  /** Counts pages of an area of these flags that came, or went: {@code vm_stat_account}. */
  void account(long flags, long pages) {
    add(Field.TOTAL_VM, pages);
    int kind = kindField(flags);
    if (kind != Field.NONE) {
      add(kind, pages);
    }
  }

  /** Counts pages of an area whose flags have changed. */
  void accountChange(long from, long to, long pages) {
    int before = kindField(from);
    int after = kindField(to);
    if (before == after) {
      return;
    }
    if (before != Field.NONE) {
      add(before, -pages);
    }
    if (after != Field.NONE) {
      add(after, pages);
    }
  }

  /** Where pages of an area of these flags are counted beside the total. */
  private static int kindField(long flags) {
    if (VmFlags.isExec(flags)) {
      return Field.EXEC_VM;
    }
    if (VmFlags.isStack(flags)) {
      return Field.STACK_VM;
    }
    return VmFlags.isData(flags) ? Field.DATA_VM : Field.NONE;
  }

  /** Remembers how large the address space was before it gets smaller. */
  void noteHiwater() {
    long now = totalVm();
    if (now > get(Field.HIWATER_VM)) {
      set(Field.HIWATER_VM, now);
    }
  }

  /** Says where a program's code, data and heap are, as its headers say. */
  public void program(long startCode, long endCode, long startData, long endData, long heap) {
    set(Field.START_CODE, startCode);
    set(Field.END_CODE, endCode);
    set(Field.START_DATA, startData);
    set(Field.END_DATA, endData);
    set(Field.START_BRK, heap);
    set(Field.BRK, heap);
  }

  /** Takes over what fork gives to a child; the areas are counted as they come. */
  void copyNumbers(MmStruct parent) {
    set(Field.TASK_SIZE, parent.get(Field.TASK_SIZE));
    set(Field.MMAP_BASE, parent.get(Field.MMAP_BASE));
    set(Field.LEGACY_BASE, parent.get(Field.LEGACY_BASE));
    set(Field.TOPDOWN, parent.get(Field.TOPDOWN));
    set(Field.START_CODE, parent.get(Field.START_CODE));
    set(Field.END_CODE, parent.get(Field.END_CODE));
    set(Field.START_DATA, parent.get(Field.START_DATA));
    set(Field.END_DATA, parent.get(Field.END_DATA));
    set(Field.START_BRK, parent.get(Field.START_BRK));
    set(Field.BRK, parent.get(Field.BRK));
    set(Field.START_STACK, parent.get(Field.START_STACK));
    set(Field.HIWATER_VM, parent.totalVm());
    huge.disabled(parent.huge.disabled());
    task.inherit(parent.task);
  }

  /** Pages of a kind: {@code get_mm_counter}. */
  public long rss(RssKind kind) {
    return switch (kind) {
      case FILE -> get(Field.RSS_FILE);
      case ANON -> get(Field.RSS_ANON);
      case SWAP -> get(Field.SWAP_ENTRIES);
      case SHMEM -> get(Field.RSS_SHMEM);
    };
  }

  /** Counts pages of a kind that came, or went: {@code add_mm_counter}. */
  public void addRss(RssKind kind, long pages) {
    switch (kind) {
      case FILE -> add(Field.RSS_FILE, pages);
      case ANON -> add(Field.RSS_ANON, pages);
      case SWAP -> add(Field.SWAP_ENTRIES, pages);
      case SHMEM -> add(Field.RSS_SHMEM, pages);
    }
  }

  /** Pages in memory: {@code get_mm_rss}. */
  public long rssPages() {
    return get(Field.RSS_FILE) + get(Field.RSS_ANON) + get(Field.RSS_SHMEM);
  }

  /** The most that {@link #rssPages} was: {@code get_mm_hiwater_rss}. */
  public long hiwaterRss() {
    return Math.max(get(Field.HIWATER_RSS), rssPages());
  }

  /** Remembers how many pages there were before some go: {@code update_hiwater_rss}. */
  public void noteHiwaterRss() {
    set(Field.HIWATER_RSS, hiwaterRss());
  }

  /** Counts a page fault; a major one read a file or swap. */
  public void countFault(boolean major) {
    add(major ? Field.MAJ_FAULTS : Field.MIN_FAULTS, 1);
  }

  /** Page faults that needed no reading. */
  public long minFaults() {
    return get(Field.MIN_FAULTS);
  }

  /** Page faults that read a file or swap. */
  public long majFaults() {
    return get(Field.MAJ_FAULTS);
  }

  /**
   * Page tables without the root, those kept for huge pages included: {@code mm_pgtables_bytes}. Of
   * an address space that another thread works on, what was counted last.
   */
  public long tablePages() {
    boolean mine = isHeldByMe();
    if (mine || tryLock()) {
      countedTables = tables.tablesBelow(spaces.userEnd() >>> PAGE_SHIFT) + huge.entries();
      if (!mine) {
        unlock();
      }
    }
    return countedTables;
  }

  /** How many processes share the address space: {@code mm_users}. */
  public long users() {
    return get(Field.USERS);
  }

  /** One process more shares it, or one less. */
  public void addUsers(int change) {
    add(Field.USERS, change);
  }

  @Override
  public String toString() {
    return "mm at 0x" + Long.toHexString(address);
  }
}
