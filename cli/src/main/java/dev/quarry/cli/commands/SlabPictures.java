package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.slab.KmemCache;
import dev.quarry.slab.SlabView;
import java.util.List;

/** The pictures of a cache that {@code draw} knows. */
final class SlabPictures {
  static final List<String> NAMES = List.of("cache", "slab", "colours");
  private static final String DETAIL = "detail";

  private SlabPictures() {}

  static Value draw(String picture, Call call, Session session) {
    KmemCache cache = Caches.of(call, session, 1);
    Machine machine = Booted.machine(session);
    List<SlabView> slabs = Caches.slabs(session, cache);
    return new Value.Text(
        switch (picture) {
          case "cache" -> cache(call, machine, cache, slabs);
          case "slab" -> slab(call, cache, slabs);
          default -> {
            call.atMost(2);
            yield ColourPicture.draw(cache, slabs);
          }
        });
  }

  private static String cache(Call call, Machine machine, KmemCache cache, List<SlabView> slabs) {
    call.atMost(3);
    if (call.size() < 3) {
      return new CachePicture(machine, cache, slabs).draw();
    }
    if (!call.word(2, DETAIL).equals(DETAIL)) {
      throw call.refuse(2, "draw cache CACHE, or draw cache CACHE detail");
    }
    return new CacheDetailPicture(machine, cache, slabs).draw();
  }

  private static String slab(Call call, KmemCache cache, List<SlabView> slabs) {
    call.atMost(3);
    if (slabs.isEmpty()) {
      throw call.refuse(1, "cache " + cache.name() + " has no slab");
    }
    int number = call.number(2, "a slab's number", 0, slabs.size() - 1L);
    return new SlabPicture(cache, slabs.get(number), number).draw();
  }
}
