package dev.quarry.slab;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.Host;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.MemMap;
import org.jspecify.annotations.Nullable;

/**
 * The object allocator as one CPU sees it: its slabs in all caches. Who keeps it at hand saves the
 * way from the {@link Cpu} to it. Only a thread that may use the CPU calls its methods.
 *
 * <pre>
 *   kmalloc   size ─► (size + 7) / 8 ─► current slab of the general cache ─► first of its free chain
 *   kfree     near the last kmalloc's object? ─► one of its slab? ─► first of its free chain
 *             address ─► frame ─► slab descriptor ─► index ─► is this CPU the owner?
 *                                                     yes: local chain    no: remote chain, by CAS
 * </pre>
 */
public final class SlabCpu {
  private static final int UNUSUAL = Gfp.ZERO | Gfp.ZONE_MASK | Gfp.RECLAIMABLE | Gfp.THISNODE;

  /**
   * Whoever is this near to the object allocated last is likely to be of the same slab. To ask the
   * slab itself each time would cost who frees in another order more.
   */
  private static final int NEAR_BYTES = 4 << 10;

  private final int id;
  private final Cpu cpu;
  private final SlabCore core;
  private final int pageShift;
  private final long windowBase;

  /** Of the direct map; 0 when the machine is closed. */
  private long windowBytes;

  private final long toHost;

  /** The place in the map for address 0, so that an address need not become a physical one. */
  private final long mapOrigin;

  private final long freeLimit;

  /**
   * By eighths of the size, the current slab of the general cache. Where an eighth belongs to two
   * caches or none: {@link CurrentSlab#NEVER}.
   */
  private CurrentSlab[] current = {CurrentSlab.NEVER};

  /**
   * What the table served last, and its place there: what was allocated last is often freed first.
   */
  private long lastObject;

  private int lastEighth;

  private long freeBytes;
  private String callSite = "";
  private volatile boolean drainRequested;

  SlabCpu(SlabCore core, Cpu cpu, long freeLimit) {
    this.id = cpu.id();
    this.cpu = cpu;
    this.core = core;
    this.pageShift = core.pageShift;
    this.windowBase = core.pages.directMap().base();
    this.windowBytes = core.pages.directMap().bytes();
    this.toHost = core.memory.trusted(windowBase) - windowBase;
    this.mapOrigin = core.map.origin(windowBase >>> pageShift);
    this.freeLimit = freeLimit;
    cpu.attach(this);
  }

  int id() {
    return id;
  }

  void current(CurrentSlab[] byEighth) {
    current = byEighth;
  }

  /** As {@link SlabAllocator#kmalloc}. */
  public long kmalloc(int size, int gfp) {
    int eighth = (size + 7) >>> 3;
    CurrentSlab[] table = current;
    if (Integer.compareUnsigned(eighth, table.length) < 0 && (gfp & UNUSUAL) == 0) {
      CurrentSlab slab = table[eighth];
      lastEighth = eighth;
      long object = slab.isUsedUp() ? takeFreed(slab, size, gfp) : slab.take();
      lastObject = object;
      return object;
    }
    return core.kmallocSlow(cpu, size, gfp);
  }

  /**
   * Takes what the CPU itself freed into the slab. A method of its own, which stays a call: the
   * compiler gives up inlining in a caller that has grown too much.
   */
  private long takeFreed(CurrentSlab slab, int size, int gfp) {
    boolean has = !drainRequested && slab.exchange();
    return has ? slab.take() : core.kmallocSlow(cpu, size, gfp);
  }

  /** As {@link SlabAllocator#kfree}. */
  public boolean kfree(long address) {
    if (Long.compareUnsigned(address ^ lastObject, NEAR_BYTES) < 0
        && current[lastEighth].give(address)) {
      return true;
    }
    return freeFast(address, null) || core.kfreeSlow(cpu, address);
  }

  /**
   * Frees an object of a slab that a CPU owns, this one or another; false: nobody owns it, or the
   * address is wrong.
   *
   * @param expected the cache that it should be of, or null for any
   */
  boolean freeFast(long object, @Nullable KmemCache expected) {
    if (Long.compareUnsigned(object - windowBase, windowBytes) >= 0) {
      return false;
    }
    long links = MemMap.linksAt(mapOrigin, object >>> pageShift);
    if (!MemMap.areOfSlab(links)) {
      return false;
    }
    long at = Host.address(links);
    int owner = Slab.owner(at);
    long division = Slab.division(at);
    int quotient = Slab.quotient(at, division, object);
    long index = quotient & Bufctl.MASK;
    if (Integer.compareUnsigned(quotient, Slab.numOf(division)) >= 0
        || !Slab.isActive(at, index)
        || (expected != null && Slab.cache(at) != expected.id())) {
      return false;
    }
    if (owner != id) {
      return owner >= 0 && freeRemote(at, index, owner);
    }
    if (Slab.freeLocal(at, index)) {
      core.cache(Slab.cache(at)).cpu(id).relist(cpu, at - toHost);
    }
    return true;
  }

  private boolean freeRemote(long at, long index, int owner) {
    if (Slab.freeRemote(at, index)) {
      core.cache(Slab.cache(at)).cpu(owner).pushPending(at - toHost);
    }
    return true;
  }

  /**
   * Names the caller of what this CPU does next, for caches that keep users; empty: the program's
   * own place, which costs a walk over the stack.
   */
  public void callSite(String label) {
    callSite = label;
  }

  String callSite() {
    return callSite;
  }

  /** The machine is closed: nothing is taken from slabs, and no object is one of theirs. */
  void close() {
    windowBytes = 0;
    lastEighth = 0;
    current = new CurrentSlab[] {CurrentSlab.NEVER};
  }

  /** A slab of so many bytes became free, or, with less than 0, is free no more. */
  void freeBytes(long bytes) {
    freeBytes += bytes;
  }

  /** Whether the CPU holds more in free slabs than it may. */
  boolean holdsTooMuch() {
    return freeBytes > freeLimit;
  }

  /** Asks the holder to give up what it can. */
  void requestDrain() {
    drainRequested = true;
  }

  boolean takeDrainRequest() {
    boolean requested = drainRequested;
    if (requested) {
      drainRequested = false;
    }
    return requested;
  }
}
