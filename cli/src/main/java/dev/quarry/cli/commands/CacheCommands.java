package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.Nearest;
import dev.quarry.machine.Sizes;
import dev.quarry.slab.CacheSpec;
import dev.quarry.slab.KmemCache;
import dev.quarry.slab.LiveObject;
import dev.quarry.slab.SlabAllocator;
import dev.quarry.slab.Tunables;
import java.util.List;

/** Commands that make, change and destroy caches. */
final class CacheCommands {
  private static final long STEPS_OF_A_CACHE = 50;
  private static final int CACHES_PER_STEP = 8;

  private CacheCommands() {}

  static void addTo(Registry registry) {
    registry
        .add(
            SlabAction.command(
                    "kmem_cache_create name=NAME size=BYTES [align=BYTES] [flags=FLAGS]"
                        + " [ctor=NAME] [dtor=NAME] [cpu=N]",
                    "makes a cache of objects of one size",
                    "c = kmem_cache_create name=task_struct size=1184 align=64 ctor=fill",
                    CacheCommands::create)
                .withNotes(
                    "flags, joined by |:"
                        + SlabFlagNames.wrapped()
                        + "\nctor and dtor: fill with 0x11, zero, count (does nothing); c.constructed"
                        + " and c.destroyed\nsay how often they ran"))
        .add(
            SlabAction.command(
                "kmem_cache_destroy CACHE [cpu=N]",
                "destroys a cache, unless objects of it are in use",
                "c = kmem_cache_create name=inode size=600\nkmem_cache_destroy c",
                CacheCommands::destroy));
    addUpkeep(registry);
  }

  private static void addUpkeep(Registry registry) {
    registry
        .add(
            SlabAction.command(
                "kmem_cache_shrink CACHE",
                "gives the pages of free slabs back",
                "o = kmalloc 64\nkfree o\nkmem_cache_shrink kmalloc-64",
                CacheCommands::shrink))
        .add(
            SlabAction.command(
                "kmem_cache_tune CACHE LIMIT BATCHCOUNT SHARED",
                "sets the limits of arrays, as writing slabinfo does",
                "kmem_cache_tune kmalloc-64 8 4 1",
                CacheCommands::tune))
        .add(
            SlabAction.command(
                "slab_reap",
                "gives the pages of all free slabs back",
                "slab_reap",
                CacheCommands::reap))
        .add(
            SlabAction.command(
                "synchronize_rcu [cpu=N]",
                "ends a grace period: slabs that wait for it are destroyed",
                "synchronize_rcu",
                CacheCommands::gracePeriod));
  }

  private static int bytes(Call call, String name, int otherwise) {
    return call.option(
        name,
        value -> {
          long bytes = Sizes.parse(value.word());
          if (bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                name + " " + bytes + " is above " + Integer.MAX_VALUE);
          }
          return (int) bytes;
        },
        otherwise);
  }

  private static String function(Call call, String name) {
    return call.option(
        name,
        value -> {
          if (!CountedFunctions.NAMES.contains(value.word())) {
            throw new IllegalArgumentException(
                name
                    + " is "
                    + String.join(", ", CountedFunctions.NAMES)
                    + ", not \""
                    + value.word()
                    + "\""
                    + Nearest.hint(value.word(), CountedFunctions.NAMES));
          }
          return value.word();
        },
        "");
  }

  private static Value create(Call call, Session session) {
    call.atMost(0);
    if (!call.optionNames().containsAll(List.of("name", "size"))) {
      throw call.refuse(0, "kmem_cache_create needs name= and size=");
    }
    Machine machine = Booted.machine(session);
    SlabAllocator slab = Caches.slab(session);
    session.spend(
        STEPS_OF_A_CACHE
            + slab.caches().size() / CACHES_PER_STEP
            + machine.cpus().size()
            + (long) machine.spec().nodes().size() * machine.spec().nodes().size());
    int size = bytes(call, "size", 0);
    CountedFunctions functions = new CountedFunctions(slab.memory(), size);
    CacheSpec spec =
        CacheSpec.of(call.option("name", ""), size)
            .aligned(bytes(call, "align", 0))
            .with(call.option("flags", value -> SlabFlagNames.parse(value.word()), 0))
            .constructedBy(functions.constructor(function(call, "ctor")))
            .destroyedBy(functions.destructor(function(call, "dtor")));
    Cpu cpu = Booted.cpu(session, call);
    slab.on(cpu).callSite("kmem_cache_create");
    KmemCache cache = slab.createCache(cpu, spec);
    return new CacheValue(machine, cache, functions);
  }

  private static Value destroy(Call call, Session session) {
    call.atMost(1);
    KmemCache cache = Caches.of(call, session, 0);
    SlabAllocator slab = Caches.slab(session);
    if (cache.name().startsWith("kmalloc-") || cache.name().equals("kmem_cache")) {
      throw call.refuse(0, "cache " + cache.name() + " is the allocator's own");
    }
    Cpu cpu = Booted.cpu(session, call);
    Caches.slabs(session, cache);
    LogTail tail = LogTail.of(Booted.machine(session));
    List<LiveObject> live = slab.destroyCache(cpu, cache);
    return live.isEmpty()
        ? Value.NOTHING
        : new Refused(Misuse.report(tail, Counted.of(live.size(), "object") + " in use"));
  }

  private static Value shrink(Call call, Session session) {
    call.atMost(1);
    KmemCache cache = Caches.of(call, session, 0);
    session.spend(cache.statistics().slabs());
    return released(cache.shrink());
  }

  private static Value released(int slabs) {
    return new Value.Text("gave " + Counted.of(slabs, "slab") + " back");
  }

  private static Value tune(Call call, Session session) {
    call.atMost(4);
    KmemCache cache = Caches.of(call, session, 0);
    session.spend(1 + cache.statistics().slabs());
    int limit = call.number(1, "a limit", 0, 1 << 16);
    int batchCount = call.number(2, "a batchcount", 0, 1 << 16);
    int shared = call.number(3, "a factor for shared arrays", 0, 1 << 8);
    session.spend((limit + (long) shared * batchCount) / 64);
    cache.tune(new Tunables(limit, batchCount, shared));
    return Value.NOTHING;
  }

  private static Value reap(Call call, Session session) {
    call.atMost(0);
    SlabAllocator slab = Caches.slab(session);
    session.spend(slab.caches().stream().mapToLong(cache -> cache.statistics().slabs()).sum());
    return released(slab.reap());
  }

  private static Value gracePeriod(Call call, Session session) {
    call.atMost(0);
    int destroyed = Caches.slab(session).gracePeriod(Booted.cpu(session, call));
    return new Value.Text("destroyed " + Counted.of(destroyed, "slab"));
  }
}
