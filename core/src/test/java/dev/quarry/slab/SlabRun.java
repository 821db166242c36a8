package dev.quarry.slab;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Plays a sequence of steps on a machine's caches and on the model beside it: which objects live,
 * where, and what is in them. Each step, and each check behind it, returns what is wrong, or null.
 */
final class SlabRun {
  private static final int STEPS_BETWEEN_CHECKS = 40;
  private static final List<CacheSpec> SPECS =
      List.of(
          CacheSpec.of("small", 24),
          CacheSpec.of("lines", 72).with(SlabFlags.HWCACHE_ALIGN),
          CacheSpec.of("inode", 600).with(SlabFlags.RECLAIM_ACCOUNT),
          CacheSpec.of("task", 1184).aligned(64),
          CacheSpec.of("rcu", 300).with(SlabFlags.TYPESAFE_BY_RCU),
          CacheSpec.of("checked", 100).with(SlabFlags.DEBUG),
          CacheSpec.of("page", 4096));

  /** An object in use. */
  private record Live(long address, long bytes, int align, int cache, byte pattern) {}

  private static final int KMALLOC = -1;

  private final Machine machine;
  private final SlabAllocator slab;
  private final List<KmemCache> caches = new ArrayList<>();
  private final List<Live> live = new ArrayList<>();
  private final TreeMap<Long, Live> byAddress = new TreeMap<>();
  private long misuses;
  private int stamp;

  SlabRun(Machine machine) {
    this.machine = machine;
    this.slab = machine.slab();
    SPECS.forEach(spec -> caches.add(slab.createCache(machine.cpu(0), spec)));
  }

  static int cacheCount() {
    return SPECS.size();
  }

  @Nullable String all(List<SlabOp> ops) {
    for (int i = 0; i < ops.size(); i++) {
      String wrong = step(ops.get(i));
      if (wrong == null && slab.misuses() != misuses) {
        wrong = "misuses " + slab.misuses() + " instead of " + misuses + machine.log().lines();
      }
      if (wrong == null && i % STEPS_BETWEEN_CHECKS == 0) {
        wrong = check();
      }
      if (wrong != null) {
        return "step " + i + " " + ops.get(i) + ": " + wrong;
      }
    }
    return giveAllBack();
  }

  private @Nullable String step(SlabOp op) {
    return switch (op) {
      case SlabOp.Kmalloc k ->
          received(slab.kmalloc(cpu(k.cpu()), k.size(), k.gfp()), k.size(), 8, KMALLOC, k.gfp());
      case SlabOp.Alloc a -> alloc(a);
      case SlabOp.Bulk b -> bulk(b);
      case SlabOp.Free f -> free(cpu(f.cpu()), f.victim());
      case SlabOp.Realloc r -> realloc(r);
      case SlabOp.WildFree w -> wildFree(w);
      case SlabOp.Recreate r -> recreate(r);
      case SlabOp.Shrink s -> nothing(() -> caches.get(s.cache()).shrink());
      case SlabOp.Drain d ->
          nothing(() -> slab.caches().forEach(c -> c.maintenance().drainOn(cpu(d.cpu()))));
      case SlabOp.Tune t ->
          nothing(() -> caches.get(t.cache()).tune(new Tunables(t.limit(), t.limit(), 2)));
      case SlabOp.GracePeriod g -> nothing(() -> slab.gracePeriod(cpu(g.cpu())));
    };
  }

  private static @Nullable String nothing(Runnable step) {
    step.run();
    return null;
  }

  private Cpu cpu(int id) {
    return machine.cpu(id);
  }

  private @Nullable String alloc(SlabOp.Alloc op) {
    KmemCache cache = caches.get(op.cache());
    long object = cache.allocNode(cpu(op.cpu()), op.gfp(), op.node());
    return received(
        object, cache.geometry().objectSize(), cache.geometry().align(), op.cache(), op.gfp());
  }

  private @Nullable String bulk(SlabOp.Bulk op) {
    KmemCache cache = caches.get(op.cache());
    long[] objects = new long[op.count()];
    if (!cache.allocBulk(cpu(op.cpu()), Gfp.GFP_KERNEL | Gfp.NOWARN, objects)) {
      return null;
    }
    for (long object : objects) {
      String wrong =
          received(object, cache.geometry().objectSize(), cache.geometry().align(), op.cache(), 0);
      if (wrong != null) {
        return wrong;
      }
    }
    return null;
  }

  private @Nullable String received(long object, long bytes, int align, int cache, int gfp) {
    if (object == KmemCache.NULL || object == SlabAllocator.ZERO_SIZE) {
      return null; // memory is full, which the last check would not find it to be
    }
    Live before = at(byAddress.floorEntry(object + bytes - 1));
    if (object % align != 0 || (before != null && before.address() + before.bytes() > object)) {
      return "0x" + Long.toHexString(object) + " + " + bytes + " is not free, or not aligned";
    }
    for (long i = 0; (gfp & Gfp.ZERO) != 0 && i < bytes; i++) {
      if (slab.memory().getByte(object + i) != 0) {
        return "byte " + i + " is not 0";
      }
    }
    Live one = new Live(object, bytes, align, cache, (byte) ++stamp);
    slab.memory().fill(object, bytes, one.pattern());
    live.add(one);
    byAddress.put(object, one);
    return null;
  }

  private static @Nullable Live at(java.util.Map.@Nullable Entry<Long, Live> entry) {
    return entry == null ? null : entry.getValue();
  }

  private @Nullable String contents(Live one) {
    for (long i = 0; i < one.bytes(); i += Math.max(1, one.bytes() / 64)) {
      if (slab.memory().getByte(one.address() + i) != one.pattern()) {
        return one + " was written over at byte " + i;
      }
    }
    return null;
  }

  private @Nullable String free(Cpu cpu, int victim) {
    if (live.isEmpty()) {
      return null;
    }
    int place = victim % live.size();
    Live one = live.get(place);
    live.set(place, live.getLast());
    live.removeLast();
    byAddress.remove(one.address());
    String wrong = contents(one);
    if (wrong != null) {
      return wrong;
    }
    boolean byCache = one.cache() != KMALLOC && victim % 2 == 0;
    boolean freed =
        byCache ? caches.get(one.cache()).free(cpu, one.address()) : slab.kfree(cpu, one.address());
    return freed ? null : one + " was not freed: " + machine.log().lines();
  }

  private @Nullable String realloc(SlabOp.Realloc op) {
    if (live.isEmpty() || op.size() == 0) {
      return null;
    }
    Live one = live.get(op.victim() % live.size());
    if (one.cache() != KMALLOC) {
      return null;
    }
    long moved =
        slab.krealloc(cpu(op.cpu()), one.address(), op.size(), Gfp.GFP_KERNEL | Gfp.NOWARN);
    if (moved == KmemCache.NULL) {
      return contents(one);
    }
    String wrong = contents(new Live(moved, Math.min(one.bytes(), op.size()), 8, 0, one.pattern()));
    live.remove(one);
    byAddress.remove(one.address());
    return wrong != null ? wrong : received(moved, op.size(), 8, KMALLOC, 0);
  }

  private @Nullable String wildFree(SlabOp.WildFree op) {
    long base = live.isEmpty() ? 0 : live.get(op.victim() % live.size()).address();
    long address = base + op.offset();
    if (byAddress.containsKey(address) || address == 0 || address == SlabAllocator.ZERO_SIZE) {
      return null;
    }
    misuses++;
    return slab.kfree(cpu(op.cpu()), address)
        ? "0x" + Long.toHexString(address) + " was freed, nobody had it"
        : null;
  }

  private @Nullable String recreate(SlabOp.Recreate op) {
    long held = live.stream().filter(one -> one.cache() == op.cache()).count();
    int found = slab.destroyCache(cpu(op.cpu()), caches.get(op.cache())).size();
    if (found != held) {
      return found + " objects in use were found, there are " + held;
    }
    if (held > 0) {
      misuses++;
      return null;
    }
    caches.set(op.cache(), slab.createCache(cpu(op.cpu()), SPECS.get(op.cache())));
    return null;
  }

  private @Nullable String check() {
    List<String> findings = machine.invariants();
    if (!findings.isEmpty()) {
      return findings.toString();
    }
    for (int i = 0; i < caches.size(); i++) {
      int cache = i;
      long held = live.stream().filter(one -> one.cache() == cache).count();
      long found = caches.get(i).liveObjects().size();
      if (held != found || caches.get(i).statistics().activeObjects() < held) {
        return caches.get(i) + ": " + found + " objects in use, the model has " + held;
      }
    }
    return checkGeneral();
  }

  private @Nullable String giveAllBack() {
    while (!live.isEmpty()) {
      String wrong = free(cpu(live.size() % machine.cpus().size()), live.size());
      if (wrong != null) {
        return wrong;
      }
    }
    slab.reap();
    machine.cpus().forEach(cpu -> slab.caches().forEach(c -> c.maintenance().drainOn(cpu)));
    slab.reap();
    slab.gracePeriod(cpu(0));
    slab.reap(); // the descriptors of slabs that waited
    String wrong = check();
    long pages = caches.stream().mapToLong(cache -> cache.statistics().slabs()).sum();
    return wrong == null && pages > 0 ? "in the end caches keep " + pages + " slabs" : wrong;
  }

  /** Objects of general caches: those asked for, names of caches, descriptors of slabs. */
  private @Nullable String checkGeneral() {
    int largest = machine.spec().slab().geometry().sizes().getLast();
    long held =
        live.stream()
            .filter(one -> one.cache() == KMALLOC && slab.ksize(one.address()) <= largest)
            .count();
    long offSlab = 0;
    long found = 0;
    for (KmemCache cache : slab.caches()) {
      offSlab += cache.geometry().offSlab() ? cache.statistics().slabs() : 0;
      found += cache.name().startsWith("kmalloc-") ? cache.liveObjects().size() : 0;
    }
    return found == held + caches.size() + offSlab
        ? null
        : found + " general objects, not " + held + " + names + " + offSlab + " descriptors";
  }
}
