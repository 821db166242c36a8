package dev.quarry.check;

import dev.quarry.check.World.Held;
import dev.quarry.machine.Ram;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import dev.quarry.slab.KmemCache;
import dev.quarry.slab.SlabAllocator;
import dev.quarry.virtual.Access;
import dev.quarry.virtual.Mmu;
import dev.quarry.virtual.Vmalloc;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Objects, pages and vmalloc areas of the kernel, some of which another worker frees. */
final class KernelSteps {
  private static final int PAGE_SHIFT = 12;
  private static final int[] WAYS = {
    Gfp.GFP_KERNEL, Gfp.GFP_KERNEL, Gfp.GFP_NOFS, Gfp.GFP_NOIO, Gfp.GFP_ATOMIC, Gfp.GFP_NOWAIT,
  };
  private static final int[] PLACES = {0, 0, Gfp.RECLAIMABLE, Gfp.HIGHMEM | Gfp.MOVABLE};

  private final Worker worker;
  private final Draw draw;
  private final SlabAllocator slab;
  private final Ram ram;
  private final int most;
  private final List<Held> held = new ArrayList<>();
  private long heldPages;

  KernelSteps(Worker worker) {
    this.worker = worker;
    this.draw = worker.draw;
    this.slab = worker.world.machine.slab();
    this.ram = Objects.requireNonNull(worker.world.machine.ram());
    this.most = Math.max(64, worker.world.ramPages() / 16 / worker.world.workers());
  }

  void step() {
    int kind = draw.below(100);
    if (kind < 46 && heldPages < most) {
      allocate();
    } else if (kind < 92) {
      if (!held.isEmpty()) {
        free(held.remove(draw.below(held.size())));
      }
    } else if (kind < 96 && !held.isEmpty()) {
      Held given = held.remove(draw.below(held.size()));
      heldPages -= pages(given);
      worker.note("given to another", null, 0, given.size(), given.address());
      worker.world.exchange.add(given);
    } else {
      Held taken = worker.world.exchange.poll();
      if (taken != null) {
        heldPages += pages(taken);
        free(taken);
      }
    }
  }

  private static long pages(Held one) {
    return switch (one.kind()) {
      case PAGES -> 1L << one.size();
      case OBJECT, VMALLOC -> (one.size() >> PAGE_SHIFT) + 1L;
    };
  }

  private void allocate() {
    long stamp = draw.next();
    int kind = draw.below(10);
    int gfp = WAYS[draw.below(WAYS.length)] | Gfp.NOWARN;
    Held made =
        switch (kind) {
          case 0, 1, 2 -> allocatePages(gfp, stamp);
          case 3 -> vmalloc(stamp);
          default -> object(gfp, stamp);
        };
    if (made == null) {
      worker.refused++;
    } else {
      held.add(made);
      heldPages += pages(made);
    }
  }

  private @Nullable Held allocatePages(int gfp, long stamp) {
    int largest = worker.world.machine.spec().maxOrder();
    int order = draw.oneIn(16) ? draw.below(largest + 1) : draw.below(Math.min(4, largest + 1));
    int all = gfp | PLACES[draw.below(PLACES.length)];
    worker.note("alloc_pages", null, 0, order, all);
    int pfn = worker.world.machine.allocator().allocPages(worker.cpu, all, order);
    if (pfn == Pfn.NONE) {
      return null;
    }
    Held made = new Held(Held.Kind.PAGES, pfn, order, stamp);
    ram.putLong((long) pfn << PAGE_SHIFT, stamp);
    ram.putLong(lastWord(made), stamp);
    return made;
  }

  private static long lastWord(Held pages) {
    return ((pages.address() + (1L << pages.size())) << PAGE_SHIFT) - Long.BYTES;
  }

  private @Nullable Held object(int gfp, long stamp) {
    int size = 8 + (draw.oneIn(20) ? draw.below(64 << 10) : draw.below(4096));
    worker.note("kmalloc", null, 0, size, gfp);
    long address = slab.kmalloc(worker.cpu, size, gfp);
    if (address == KmemCache.NULL) {
      return null;
    }
    slab.memory().putLong(address, stamp);
    slab.memory().putByte(address + size - 1, lastByte(size, stamp));
    return new Held(Held.Kind.OBJECT, address, size, stamp);
  }

  /** Of an object whose last byte is one of its first eight, that one. */
  private static byte lastByte(int size, long stamp) {
    return (byte) (stamp >>> (Byte.SIZE * (size == Long.BYTES ? Long.BYTES - 1 : 0)));
  }

  private @Nullable Held vmalloc(long stamp) {
    int size = (1 + draw.below(16)) << PAGE_SHIFT;
    worker.note("vmalloc", null, 0, size, 0);
    long address = vmallocs().vmalloc(worker.cpu, size, "check");
    if (address == Vmalloc.NO_ADDRESS) {
      return null;
    }
    mmu().store(address + size - Long.BYTES, Long.BYTES, stamp, Access.WRITE);
    return new Held(Held.Kind.VMALLOC, address, size, stamp);
  }

  private Vmalloc vmallocs() {
    return worker.world.machine.kernelSpace().vmalloc();
  }

  private Mmu mmu() {
    return worker.world.machine.mmu(worker.cpu);
  }

  private void free(Held one) {
    heldPages -= pages(one);
    worker.note("free " + one.kind(), null, 0, one.size(), one.address());
    boolean sound =
        switch (one.kind()) {
          case OBJECT -> freeObject(one);
          case PAGES -> freePages(one);
          case VMALLOC -> freeArea(one);
        };
    if (!sound) {
      throw new Violation(
          String.format(
              Locale.ROOT,
              "%s at 0x%x of size %d is overwritten",
              one.kind(),
              one.address(),
              one.size()));
    }
  }

  private boolean freeObject(Held one) {
    byte last = slab.memory().getByte(one.address() + one.size() - 1);
    boolean sound =
        slab.memory().getLong(one.address()) == one.stamp()
            && last == lastByte(one.size(), one.stamp());
    if (!slab.kfree(worker.cpu, one.address())) {
      throw new Violation(String.format(Locale.ROOT, "kfree(0x%x) is refused", one.address()));
    }
    return sound;
  }

  private boolean freePages(Held one) {
    boolean sound =
        ram.getLong(one.address() << PAGE_SHIFT) == one.stamp()
            && ram.getLong(lastWord(one)) == one.stamp();
    worker.world.machine.allocator().freePages(worker.cpu, (int) one.address(), one.size());
    return sound;
  }

  private boolean freeArea(Held one) {
    long last = mmu().load(one.address() + one.size() - Long.BYTES, Long.BYTES, Access.READ);
    return vmallocs().vfree(worker.cpu, one.address()) && last == one.stamp();
  }

  /** Gives everything back, and what others have given away. */
  void freeAll() {
    while (!held.isEmpty()) {
      free(held.removeLast());
    }
    for (Held one = worker.world.exchange.poll(); one != null; one = worker.world.exchange.poll()) {
      heldPages += pages(one);
      free(one);
    }
  }
}
