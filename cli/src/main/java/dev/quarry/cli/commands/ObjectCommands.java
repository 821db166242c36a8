package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.Sizes;
import dev.quarry.physical.Gfp;
import dev.quarry.slab.KmemCache;
import dev.quarry.slab.SlabAllocator;
import java.nio.charset.StandardCharsets;

/** Commands that allocate objects and free them: of a cache, and of the general caches. */
final class ObjectCommands {
  private static final int MOST_BULK = 1 << 20;
  private static final int BYTES_PER_STEP = 1 << 10;
  private static final String SHELL = "shell";

  private ObjectCommands() {}

  static void addTo(Registry registry) {
    addCaches(registry);
    addGeneral(registry);
  }

  private static void addCaches(Registry registry) {
    registry
        .add(
            SlabAction.command(
                    "kmem_cache_alloc CACHE [GFP] [node=N] [cpu=N] [by=NAME]",
                    "allocates an object of a cache",
                    "c = kmem_cache_create name=inode size=600\no = kmem_cache_alloc c",
                    ObjectCommands::alloc)
                .withNotes(
                    "by= says who allocates, for leaks and for reports of caches that keep users"))
        .add(
            SlabAction.command(
                "kmem_cache_alloc_bulk CACHE N [GFP] [cpu=N] [by=NAME]",
                "allocates N objects, or none",
                "b = kmem_cache_alloc_bulk kmalloc-64 16",
                ObjectCommands::bulk))
        .add(
            SlabAction.command(
                "kmem_cache_free CACHE OBJECT [cpu=N] [by=NAME]",
                "frees an object of a cache, or many",
                "b = kmem_cache_alloc_bulk kmalloc-64 16\nkmem_cache_free kmalloc-64 b",
                ObjectCommands::free));
  }

  private static void addGeneral(Registry registry) {
    registry
        .add(
            SlabAction.command(
                "kmalloc BYTES [GFP] [cpu=N] [by=NAME]",
                "allocates bytes from the general caches",
                "o = kmalloc 300\nexpect o.bytes == 512",
                (call, session) -> kmalloc(call, session, 0)))
        .add(
            SlabAction.command(
                "kzalloc BYTES [GFP] [cpu=N] [by=NAME]",
                "the same, filled with zeros",
                "o = kzalloc 300 GFP_ATOMIC",
                (call, session) -> kmalloc(call, session, Gfp.ZERO)))
        .add(
            SlabAction.command(
                "krealloc OBJECT BYTES [GFP] [cpu=N] [by=NAME]",
                "makes an allocation larger or smaller",
                "o = kmalloc 300\no = krealloc o 600",
                ObjectCommands::krealloc))
        .add(
            SlabAction.command(
                "kstrdup TEXT [GFP] [cpu=N] [by=NAME]",
                "allocates a copy of a text",
                "s = kstrdup \"eth0\"\nkfree s",
                ObjectCommands::kstrdup))
        .add(
            SlabAction.command(
                "kfree OBJECT [cpu=N] [by=NAME]",
                "frees an object of any cache",
                "o = kmalloc 300\nkfree o",
                ObjectCommands::kfree))
        .add(
            SlabAction.command(
                "ksize OBJECT",
                "says how many bytes an object may use",
                "o = kmalloc 300\nksize o",
                ObjectCommands::ksize));
  }

  /** GFP flags from a word on, GFP_KERNEL if there is none. */
  private static int gfp(Session session, Call call, int index) {
    return call.size() > index ? Booted.gfp(session, call, index) : Gfp.GFP_KERNEL;
  }

  /** The CPU, with the name of who allocates or frees on it. */
  private static Cpu cpu(Session session, Call call) {
    Cpu cpu = Booted.cpu(session, call);
    Caches.slab(session).on(cpu).callSite(call.option("by", SHELL));
    return cpu;
  }

  private static void spendOnZeros(Session session, int gfp, long bytes) {
    if ((gfp & Gfp.ZERO) != 0) {
      session.spend(bytes / BYTES_PER_STEP);
    }
  }

  private static Value alloc(Call call, Session session) {
    Machine machine = Booted.machine(session);
    KmemCache cache = Caches.of(call, session, 0);
    int gfp = gfp(session, call, 1);
    Cpu cpu = cpu(session, call);
    int node = Booted.node(session, call, cpu.node());
    spendOnZeros(session, gfp, cache.geometry().objectSize());
    session.spend(cache.geometry().num() / BYTES_PER_STEP);
    LogTail tail = LogTail.of(machine);
    long misuses = machine.slab().misuses();
    long object = cache.allocNode(cpu, gfp, node);
    if (object == KmemCache.NULL) {
      return noObject(cache.name(), tail);
    }
    String notes = machine.slab().misuses() == misuses ? "" : tail.text();
    return ObjectValue.of(machine, object, cache.geometry().objectSize(), notes);
  }

  private static Refused noObject(String cache, LogTail tail) {
    String first = tail.text().lines().findFirst().orElse("");
    return new Refused(
        "failed: no slab of "
            + cache
            + " has a free object, and there are no pages for another"
            + (first.isEmpty() ? "" : "\n" + first));
  }

  private static Value bulk(Call call, Session session) {
    KmemCache cache = Caches.of(call, session, 0);
    int count = call.number(1, "the number of objects", 0, MOST_BULK);
    int gfp = gfp(session, call, 2);
    session.spend(count);
    spendOnZeros(session, gfp, (long) count * cache.geometry().objectSize());
    long[] objects = new long[count];
    LogTail tail = LogTail.of(Booted.machine(session));
    return cache.allocBulk(cpu(session, call), gfp, objects)
        ? new ObjectsValue(cache.name(), objects)
        : noObject(cache.name(), tail);
  }

  private static Value free(Call call, Session session) {
    call.atMost(2);
    KmemCache cache = Caches.of(call, session, 0);
    Cpu cpu = cpu(session, call);
    return forEach(call, session, 1, object -> cache.free(cpu, object));
  }

  private static Value kfree(Call call, Session session) {
    call.atMost(1);
    SlabAllocator slab = Caches.slab(session);
    Cpu cpu = cpu(session, call);
    return forEach(call, session, 0, object -> slab.kfree(cpu, object));
  }

  /** Something to be done with an object. */
  private interface OnObject {
    void accept(long object);
  }

  /** Does it with one object or all of many; the answer is what was wrong with any. */
  private static Value forEach(Call call, Session session, int index, OnObject work) {
    long[] addresses =
        call.value(index, "an object") instanceof ObjectsValue many
            ? many.addresses()
            : new long[] {Addresses.of(call, index)};
    session.spend(addresses.length);
    return Misuse.caught(
        Booted.machine(session),
        () -> {
          for (long object : addresses) {
            work.accept(object);
          }
          return Value.NOTHING;
        });
  }

  private static long bytes(Call call, int index) {
    return call.read(index, "a number of bytes", value -> Sizes.parse(value.word()));
  }

  private static Value kmalloc(Call call, Session session, int more) {
    long bytes = bytes(call, 0);
    int gfp = gfp(session, call, 1) | more;
    SlabAllocator slab = Caches.slab(session);
    Cpu cpu = cpu(session, call);
    spendOnZeros(session, gfp, bytes);
    return result(session, bytes, () -> slab.kmalloc(cpu, bytes, gfp));
  }

  /** An allocation of the general caches. */
  private interface General {
    long run();
  }

  private static Value result(Session session, long bytes, General allocation) {
    Machine machine = Booted.machine(session);
    long misuses = machine.slab().misuses();
    LogTail tail = LogTail.of(machine);
    long address = allocation.run();
    if (address == KmemCache.NULL) {
      return new Refused("failed: " + tail.first());
    }
    String notes = machine.slab().misuses() == misuses ? "" : tail.text();
    return ObjectValue.of(machine, address, bytes, notes);
  }

  private static Value krealloc(Call call, Session session) {
    long address = Addresses.of(call, 0);
    long bytes = bytes(call, 1);
    int gfp = gfp(session, call, 2);
    SlabAllocator slab = Caches.slab(session);
    Cpu cpu = cpu(session, call);
    session.spend(slab.ksize(address) / BYTES_PER_STEP);
    spendOnZeros(session, gfp, bytes);
    return result(session, bytes, () -> slab.krealloc(cpu, address, bytes, gfp));
  }

  private static Value kstrdup(Call call, Session session) {
    String text = call.word(0, "a text");
    int gfp = gfp(session, call, 1);
    SlabAllocator slab = Caches.slab(session);
    Cpu cpu = cpu(session, call);
    int bytes = text.getBytes(StandardCharsets.UTF_8).length + 1;
    session.spend(bytes / BYTES_PER_STEP);
    return result(session, bytes, () -> slab.kstrdup(cpu, text, gfp));
  }

  private static Value ksize(Call call, Session session) {
    call.atMost(1);
    SlabAllocator slab = Caches.slab(session);
    long address = Addresses.of(call, 0);
    return call.read(0, "an object", value -> new Value.Number(slab.ksize(address)));
  }
}
