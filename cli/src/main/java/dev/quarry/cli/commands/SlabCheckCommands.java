package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.Value;
import dev.quarry.slab.KmemCache;
import dev.quarry.slab.Leaks;
import dev.quarry.slab.SlabAllocator;
import dev.quarry.slab.SlabFlags;
import java.util.List;
import java.util.Locale;

/** Commands that look for objects that are not as they should be, or that nobody freed. */
final class SlabCheckCommands {
  private static final int MOST_LISTED = 20;
  private static final int OBJECTS_PER_STEP = 8;
  private static final String NONE =
      "no cache has checks: boot with slab_debug=FZPU, or give a cache flags=SLAB_RED_ZONE";

  private SlabCheckCommands() {}

  static void addTo(Registry registry) {
    registry
        .add(
            SlabAction.command(
                    "slab_check",
                    "checks all objects of caches with checks",
                    "boot course slab_debug=FZPU\no = kmalloc 64\nslab_check",
                    SlabCheckCommands::check)
                .withNotes(
                    "reports writes around objects in use and into free ones, and mends them"))
        .add(
            SlabAction.command(
                "leaks",
                "lists objects in use by who allocated them",
                "boot course slab_debug=U\no = kmalloc 64 by=driver_probe\nleaks",
                SlabCheckCommands::leaks));
  }

  private static List<KmemCache> with(SlabAllocator slab, int flags) {
    return slab.caches().stream().filter(cache -> (cache.spec().flags() & flags) != 0).toList();
  }

  private static long objects(Session session, List<KmemCache> caches) {
    long objects = caches.stream().mapToLong(cache -> cache.statistics().objects()).sum();
    session.spend(objects / OBJECTS_PER_STEP);
    return objects;
  }

  private static Value check(Call call, Session session) {
    call.atMost(0);
    SlabAllocator slab = Caches.slab(session);
    List<KmemCache> checked = with(slab, SlabFlags.DEBUG);
    if (checked.isEmpty()) {
      return new Value.Text(NONE);
    }
    long objects = objects(session, checked);
    return Misuse.caught(
        Booted.machine(session),
        () -> {
          checked.forEach(KmemCache::check);
          return new Value.Text(
              Counted.of(objects, "object")
                  + " of "
                  + Counted.of(checked.size(), "cache")
                  + " are as they should be");
        });
  }

  private static Value leaks(Call call, Session session) {
    call.atMost(0);
    SlabAllocator slab = Caches.slab(session);
    if (with(slab, SlabFlags.STORE_USER).isEmpty()) {
      return new Value.Text(
          "no cache keeps users: boot with slab_debug=U, or give a cache flags=SLAB_STORE_USER");
    }
    objects(session, slab.caches());
    List<Leaks> all = slab.leaks();
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(Locale.ROOT, "%10s %8s  %-20s %s", "bytes", "objects", "cache", "who"));
    for (Leaks leak : all.subList(0, Math.min(MOST_LISTED, all.size()))) {
      out.append(
          String.format(
              Locale.ROOT,
              "\n%10d %8d  %-20s %s",
              leak.bytes(),
              leak.objects(),
              leak.cache(),
              leak.allocatedBy()));
    }
    if (all.size() > MOST_LISTED) {
      out.append("\n… and ").append(all.size() - MOST_LISTED).append(" more");
    }
    return new Value.Text(all.isEmpty() ? "no object is in use" : out.toString());
  }
}
