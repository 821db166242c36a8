package dev.quarry.virtual.space;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.Ram;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.PageAllocator;
import dev.quarry.slab.CacheSpec;
import dev.quarry.slab.KmemCache;
import dev.quarry.slab.SlabAllocator;
import dev.quarry.slab.SlabFlags;
import dev.quarry.virtual.KernelLayout;
import dev.quarry.virtual.KernelSpace;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.TableMemoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All address spaces of a machine, and what they share: the caches that their objects come from,
 * the settings, the promises of memory, the files that areas show.
 *
 * <p>Equation: active objects of {@code vm_area_struct} == areas in all trees; of {@code mm_struct}
 * == address spaces.
 */
public final class AddressSpaces {
  private static final int CACHE_LINE = 64;

  private final KernelSpace kernel;
  private final PageAllocator allocator;
  private final Ram ram;
  private final long delta;
  private final SpaceSettings settings = new SpaceSettings();
  private final Commitment commitment;
  private final MappedFiles files = new MappedFiles();
  private final SlabAllocator slab;
  private final AccountedCache mmCache;
  private final AccountedCache areaCache;
  private final VmAreaStruct areas;
  private final AnonVmas anonVmas;
  private final List<MmStruct> all = new ArrayList<>();
  private final MmTable byAddress = new MmTable();
  private @Nullable MappedPages pages;
  private long nextSharedInode = 1;
  private int lastOwner;

  /**
   * Makes the caches: {@code proc_caches_init}, {@code vma_state_init}, {@code anon_vma_init}.
   *
   * @throws dev.quarry.slab.CacheException if there is no memory for them
   */
  public AddressSpaces(
      Cpu cpu, KernelSpace kernel, SlabAllocator slab, PageAllocator allocator, Ram ram) {
    this.kernel = kernel;
    this.slab = slab;
    this.allocator = allocator;
    this.ram = ram;
    this.delta = ram.base() - allocator.directMap().base();
    this.commitment = new Commitment(kernel.memory(), settings);
    CacheSpec mms = CacheSpec.of("mm_struct", MmStruct.BYTES);
    this.mmCache = accounted(cpu, slab, mms.with(SlabFlags.HWCACHE_ALIGN));
    CacheSpec vmAreas = CacheSpec.of("vm_area_struct", VmAreaStruct.BYTES);
    this.areaCache = accounted(cpu, slab, vmAreas.aligned(CACHE_LINE));
    this.areas = new VmAreaStruct(delta);
    CacheSpec anon = CacheSpec.of("anon_vma", AnonVmas.anonBytes()).aligned(CACHE_LINE);
    CacheSpec chains = CacheSpec.of("anon_vma_chain", AnonVmas.avcBytes());
    this.anonVmas =
        new AnonVmas(delta, areas, accounted(cpu, slab, anon), accounted(cpu, slab, chains));
  }

  private AccountedCache accounted(Cpu cpu, SlabAllocator slab, CacheSpec spec) {
    return new AccountedCache(kernel.memory(), slab.createCache(cpu, spec));
  }

  /** The settings. */
  public SpaceSettings settings() {
    return settings;
  }

  /** What all processes were promised. */
  public Commitment commitment() {
    return commitment;
  }

  /** The files that areas show. */
  public MappedFiles files() {
    return files;
  }

  /** Reads areas. */
  public VmAreaStruct areas() {
    return areas;
  }

  /** The reverse map of anonymous memory. */
  public AnonVmas anonVmas() {
    return anonVmas;
  }

  /** The kernel's half, which all address spaces have. */
  public KernelSpace kernel() {
    return kernel;
  }

  /** Where objects come from. */
  public SlabAllocator slab() {
    return slab;
  }

  /** Where frames come from. */
  public PageAllocator allocator() {
    return allocator;
  }

  /** The bytes of the frames. */
  public Ram ram() {
    return ram;
  }

  /** How page tables look. */
  public PageTableLayout tableLayout() {
    return kernel.layout().tables();
  }

  /** One past the last address of the half that is a process's own. */
  public long userEnd() {
    return kernel.layout().userPages() << MmStruct.PAGE_SHIFT;
  }

  long delta() {
    return delta;
  }

  /** What operations do to the pages in areas. */
  public MappedPages pages() {
    return Objects.requireNonNull(pages);
  }

  /** Says, before there is an area, who does to the pages in areas what operations ask for. */
  public void pages(MappedPages side) {
    pages = side;
  }

  /** The address space that an area belongs to, or null if it is going. */
  public @Nullable MmStruct of(long vma) {
    return byAddress.get(areas.mm(vma));
  }

  /** A number for an address space: {@code mm_alloc_id}. */
  synchronized int nextOwner() {
    return ++lastOwner;
  }

  /** All address spaces, the oldest first. */
  public synchronized List<MmStruct> all() {
    return List.copyOf(all);
  }

  /** Locks an address space that was found on a list, unless it is gone: {@code mmget_not_zero}. */
  public boolean lockIfThere(MmStruct mm) {
    mm.lock();
    return isThere(mm);
  }

  /** The same if nobody has its lock. */
  public boolean tryLockIfThere(MmStruct mm) {
    return mm.tryLock() && isThere(mm);
  }

  private boolean isThere(MmStruct mm) {
    boolean there = mm.equals(byAddress.get(mm.address()));
    if (!there) {
      mm.unlock();
    }
    return there;
  }

  /** Makes shared memory without a name, {@code shmem_zero_setup()}: each is a file of its own. */
  synchronized FileMapping sharedMemory(long bytes) {
    return pages().sharedMemory(nextSharedInode++, bytes);
  }

  /**
   * Makes an address space without areas: {@code mm_alloc}.
   *
   * @return null without memory; nothing was allocated
   */
  public @Nullable MmStruct create(Cpu cpu, ProcessLimits limits, MmapLayout layout) {
    return make(cpu, limits, mm -> layout.apply(mm, settings.legacyLayout()));
  }

  /**
   * Makes an address space that has the numbers of another and no area yet: {@code mm_init} of a
   * copy.
   *
   * @return null without memory; nothing was allocated
   */
  @Nullable MmStruct createLike(Cpu cpu, MmStruct parent, ProcessLimits limits) {
    return make(cpu, limits, mm -> mm.copyNumbers(parent));
  }

  private @Nullable MmStruct make(Cpu cpu, ProcessLimits limits, Consumer<MmStruct> numbers) {
    long object = mmCache.alloc(cpu, Gfp.GFP_KERNEL);
    if (object == KmemCache.NULL) {
      return null;
    }
    PageTables tables = tables(cpu);
    if (tables == null) {
      mmCache.free(cpu, object);
      return null;
    }
    MmStruct mm = new MmStruct(this, object, tables, limits);
    numbers.accept(mm);
    synchronized (this) {
      all.add(mm);
    }
    byAddress.put(mm);
    return mm;
  }

  /** Tables whose kernel half is the kernel's. */
  private @Nullable PageTables tables(Cpu cpu) {
    KernelLayout layout = kernel.layout();
    try {
      PageTables tables = PageTables.create(kernel.tables().memory(), cpu, Gfp.GFP_KERNEL_ACCOUNT);
      // All but the user's half; on x86-64 the addresses between the halves are nobody's.
      long pages = layout.tables().allPages() - layout.userPages();
      boolean wide = layout.tables() == PageTableLayout.X86_64;
      long start = wide ? -(pages << MmStruct.PAGE_SHIFT) : layout.directStart();
      tables.share(kernel.tables(), start, pages);
      return tables;
    } catch (TableMemoryException e) {
      return null;
    }
  }

  /** Takes out all areas and frees an address space: {@code exit_mmap}, {@code mmdrop}. */
  public void exit(Cpu cpu, MmStruct mm) {
    mm.lock();
    Munmap.range(cpu, mm, 0, userEnd());
    pages().released(cpu, mm);
    byAddress.remove(mm);
    mm.unlock();
    synchronized (this) {
      all.remove(mm);
    }
    kernel.tables().memory().tlb().gone(mm.tables());
    mm.tables().close(cpu);
    mmCache.free(cpu, mm.address());
  }

  /** An object for an area, not filled; or {@link VmAreaStruct#NONE}. */
  long allocArea(Cpu cpu) {
    return areaCache.alloc(cpu, Gfp.GFP_KERNEL);
  }

  /** Frees an area that is in no tree any more: {@code remove_vma}. */
  void freeArea(Cpu cpu, long vma) {
    anonVmas.unlink(cpu, vma);
    files.put(cpu, areas.file(vma));
    areaCache.free(cpu, vma);
  }

  /** Frees an object that was not filled, or not to its end. */
  void freeObject(Cpu cpu, long vma) {
    areaCache.free(cpu, vma);
  }
}
