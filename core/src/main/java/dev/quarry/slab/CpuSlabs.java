package dev.quarry.slab;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.Host;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;

/**
 * The slabs of a cache that one CPU owns. Its holder allocates from the current one and frees into
 * each of them without a lock or an atomic operation; others free by CAS and put the slab on the
 * stack {@code pending}.
 *
 * <pre>
 *   current ──► a slab that the CPU allocates from
 *   full ── partial ── free        lists of its other slabs, by what the CPU itself freed
 *   pending ──► slabs to collect from, pushed by other CPUs
 * </pre>
 *
 * <p>In a slab that is not current, the free chain is empty and all free objects are in the local
 * chain, so that {@code toGo} tells when it is on the wrong list: on full, with the first object
 * freed; on partial, with the last.
 */
final class CpuSlabs {
  private static final VarHandle PENDING;

  static {
    try {
      PENDING = MethodHandles.lookup().findVarHandle(CpuSlabs.class, "pending", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final CurrentSlab current;
  private long currentSlab;
  private final KmemCache cache;
  private final SlabCore core;
  private final DirectMemory memory;
  private final SlabCpu state;
  private final int cpuId;
  private final long slabBytes;
  private final SlabList full;
  private final SlabList partial;
  private final SlabList free;
  private volatile long pending;

  CpuSlabs(KmemCache cache, SlabCore core, SlabCpu state) {
    this.cache = cache;
    this.core = core;
    this.memory = core.memory;
    this.state = state;
    this.cpuId = state.id();
    this.current = new CurrentSlab(cache.geometry().size());
    this.slabBytes = 1L << (core.pageShift + cache.geometry().order());
    this.full = new SlabList(memory, SlabList.Kind.FULL);
    this.partial = new SlabList(memory, SlabList.Kind.PARTIAL);
    this.free = new SlabList(memory, SlabList.Kind.FREE);
  }

  List<SlabList> lists() {
    return List.of(full, partial, free);
  }

  /** The kernel address of the current slab, or {@link Slab#NONE}. */
  long currentSlab() {
    return currentSlab;
  }

  /** How many slabs the CPU owns. */
  int slabs() {
    return full.count() + partial.count() + free.count() + (current.isNone() ? 0 : 1);
  }

  int freeSlabs() {
    return free.count();
  }

  /** Objects that the CPU may allocate without new slabs; the caller may use the CPU. */
  long freeObjects() {
    collectPending();
    long objects = (long) free.count() * cache.geometry().num();
    for (long slab = partial.first(); slab != Slab.NONE; slab = partial.next(slab)) {
      objects += cache.geometry().num() - Slab.toGo(memory.trusted(slab));
    }
    if (!current.isNone()) {
      objects += current.freeObjects() + Slab.remoteCount(Slab.remote(current.at()));
    }
    return objects;
  }

  /** What the CPU allocates from, always the same one. */
  CurrentSlab current() {
    return current;
  }

  /**
   * Serves a request that the current slab's chain does not: what the CPU and others freed into
   * that slab; the CPU's partial slabs; what others freed elsewhere; free slabs; slabs that nobody
   * owns; new pages.
   *
   * @return an object, or 0
   */
  long allocSlow(Cpu cpu, int gfp) {
    if (state.takeDrainRequest()) {
      core.drain(cpu);
    }
    if (!current.isNone() && current.isUsedUp() && !refill()) {
      retire();
    }
    if (current.isNone() && !adoptNext() && !adoptNew(cpu, gfp)) {
      return KmemCache.NULL;
    }
    return current.isUsedUp() ? allocSlow(cpu, gfp) : current.take();
  }

  private boolean adoptNew(Cpu cpu, int gfp) {
    long slab = core.grower.grow(cpu, cache, gfp, cpu.node());
    if (slab == Slab.NONE && core.reclaim(cpu) > 0) {
      slab = core.grower.grow(cpu, cache, gfp, cpu.node());
    }
    if (slab != Slab.NONE && !current.isNone()) {
      // A constructor, or the descriptor's cache, led back here meanwhile.
      cache.node(Slab.node(memory.trusted(slab))).add(slab);
    } else if (slab != Slab.NONE) {
      Slab.owner(memory.trusted(slab), cpuId);
      use(slab);
    }
    return !current.isNone();
  }

  /** Makes what was freed into the current slab, whose chain is used up, its chain. */
  private boolean refill() {
    if (current.exchange()) {
      return true;
    }
    if (Slab.remoteCount(Slab.remote(current.at())) == 0) {
      return false;
    }
    current.first(Slab.remoteHead(Slab.takeRemote(current.at(), true)));
    return true;
  }

  /** The current slab has nothing more. */
  private void retire() {
    Slab.local(current.at(), 1, Bufctl.END);
    full.addTail(currentSlab);
    useNone();
  }

  private boolean adoptNext() {
    if (partial.isEmpty()) {
      collectPending();
    }
    if (!partial.isEmpty()) {
      adopt(partial);
    } else if (!free.isEmpty()) {
      state.freeBytes(-slabBytes);
      adopt(free);
    } else {
      long slab = cache.giveTo(cpuId);
      if (slab == Slab.NONE) {
        return false;
      }
      use(slab);
    }
    return true;
  }

  private void adopt(SlabList list) {
    long slab = list.first();
    list.remove(slab);
    long at = memory.trusted(slab);
    Slab.free(at, Slab.localHead(at));
    use(slab);
  }

  /** Makes a slab of ours, on no list, the current one. */
  private void use(long slab) {
    currentSlab = slab;
    current.use(memory.trusted(slab));
    Host.putInt(current.at() + Slab.LIST, SlabList.Kind.CURRENT.ordinal());
  }

  private void useNone() {
    currentSlab = Slab.NONE;
    current.useNone();
  }

  /** Puts a slab of ours where it belongs, as {@link Slab#freeLocal} asked for. */
  void relist(Cpu cpu, long slab) {
    long at = memory.trusted(slab);
    if (SlabList.Kind.of(at) == SlabList.Kind.FULL) {
      full.remove(slab);
      place(slab, Slab.num(at) - 1);
    } else {
      partial.remove(slab);
      place(slab, 0);
    }
    trim(cpu);
  }

  /** Puts a slab that is on no list, with this many objects in use, where it belongs. */
  private void place(long slab, int inUse) {
    long at = memory.trusted(slab);
    Slab.local(at, inUse == 0 ? Slab.NEVER : inUse, Slab.localHead(at));
    if (inUse > 0) {
      partial.addTail(slab);
    } else {
      free.addHead(slab);
      state.freeBytes(slabBytes);
    }
  }

  /** Gives pages back while the CPU holds more free slabs than it may. */
  private void trim(Cpu cpu) {
    while (state.holdsTooMuch() && releaseOne(cpu)) {}
  }

  /** Gives all free slabs back; returns how many. */
  int releaseFree(Cpu cpu) {
    collectPending();
    setCurrentAsideIfFree();
    int released = 0;
    while (releaseOne(cpu)) {
      released++;
    }
    return released;
  }

  /** A current slab of which no object is in use becomes one of the free ones. */
  private void setCurrentAsideIfFree() {
    if (current.isNone()
        || Slab.remote(current.at()) != Slab.NOTHING
        || current.freeObjects() < Slab.num(current.at())) {
      return;
    }
    Slab.local(current.at(), Slab.NEVER, current.joinChains());
    long slab = currentSlab;
    useNone();
    place(slab, 0);
  }

  private boolean releaseOne(Cpu cpu) {
    long slab = free.last();
    while (slab != Slab.NONE && Slab.waits(memory.trusted(slab))) {
      slab = free.prev(slab); // another CPU is about to push it on our stack
    }
    if (slab == Slab.NONE) {
      return false;
    }
    free.remove(slab);
    state.freeBytes(-slabBytes);
    Slab.owner(memory.trusted(slab), Slab.NO_OWNER);
    Slab.free(memory.trusted(slab), Slab.localHead(memory.trusted(slab)));
    cache.release(cpu, slab);
    return true;
  }

  /** Tells the owner that others freed into a slab: pushes it on the stack. Any thread. */
  void pushPending(long slab) {
    long at = memory.trusted(slab);
    long head;
    do {
      head = pending;
      Host.putLong(at + Slab.PENDING_NEXT, head);
      // Pairs with getAndSet() in collectPending().
    } while (!PENDING.compareAndSet(this, head, slab));
  }

  /** Takes all that others freed into our slabs. */
  void collectPending() {
    if (pending == Slab.NONE) {
      return;
    }
    long slab = (long) PENDING.getAndSet(this, Slab.NONE);
    while (slab != Slab.NONE) {
      long next = Host.getLong(memory.trusted(slab) + Slab.PENDING_NEXT);
      collect(slab);
      slab = next;
    }
  }

  private void collect(long slab) {
    long at = memory.trusted(slab);
    if (Slab.owner(at) != cpuId) {
      cache.collectElsewhere(slab);
      return;
    }
    long word = Slab.takeRemote(at, false);
    int count = Slab.remoteCount(word);
    if (count == 0) {
      return;
    }
    int head = Slab.remoteHead(word);
    Bufctl.put(Slab.chain(at), Bufctl.last(Slab.chain(at), head), Slab.localHead(at));
    int toGo = Slab.toGo(at);
    Slab.local(at, toGo, head);
    switch (SlabList.Kind.of(at)) {
      case FULL -> {
        full.remove(slab);
        place(slab, Slab.num(at) - count);
      }
      case PARTIAL -> {
        partial.remove(slab);
        place(slab, toGo - count);
      }
      default -> {} // current: refill() finds it
    }
  }

  /**
   * Gives the CPU's slabs to their nodes but for full ones, as {@code do_drain} does with arrays;
   * the caller may use the CPU.
   */
  void drain() {
    collectPending();
    if (!current.isNone()) {
      disownCurrent();
    }
    for (SlabList list : List.of(partial, free)) {
      while (!list.isEmpty()) {
        long slab = list.first();
        long at = memory.trusted(slab);
        list.remove(slab);
        boolean isFree = list == free;
        state.freeBytes(isFree ? -slabBytes : 0);
        Slab.free(at, Slab.localHead(at));
        Slab.inUse(at, isFree ? 0 : Slab.toGo(at));
        disown(slab);
      }
    }
  }

  /** The chains of the current slab are of any length: they become one, and are counted. */
  private void disownCurrent() {
    long at = current.at();
    int head = current.joinChains();
    Slab.free(at, head);
    Slab.inUse(at, Slab.num(at) - Bufctl.length(Slab.chain(at), head));
    long slab = currentSlab;
    useNone();
    disown(slab);
  }

  private void disown(long slab) {
    long at = memory.trusted(slab);
    Slab.local(at, Slab.NEVER, Bufctl.END);
    cache.node(Slab.node(at)).add(slab);
  }
}
