package dev.quarry.replay.slab;

import dev.quarry.physical.Gfp;
import dev.quarry.replay.compact.SlabMark;
import dev.quarry.replay.recording.SlabEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** All origins of a recording, by numbers. */
final class Origins {
  private static final int KINDS = Gfp.DMA | Gfp.RECLAIMABLE | Gfp.ACCOUNT;

  private record Key(String cache, String site, int requested, int allocated, int kind) {}

  private final RecordedCaches caches;
  private final Map<Key, Integer> numbers = new HashMap<>();
  private Origin[] origins = new Origin[256];

  Origins(RecordedCaches caches) {
    this.caches = caches;
  }

  Origin get(int number) {
    return origins[number];
  }

  /** The number of an allocation's origin. */
  int of(SlabEvent event) {
    int kind = event.mark() == SlabMark.KMALLOC ? event.gfp() & KINDS : 0;
    Key key =
        new Key(event.cacheName(), event.siteName(), event.requested(), event.allocated(), kind);
    Integer known = numbers.get(key);
    return known == null ? make(key, event.mark() == SlabMark.KMALLOC) : known;
  }

  private int make(Key key, boolean kmalloc) {
    int number = numbers.size();
    if (number == origins.length) {
      origins = Arrays.copyOf(origins, 2 * number);
    }
    origins[number] = kmalloc ? general(key) : named(key);
    numbers.put(key, number);
    return number;
  }

  private Origin general(Key key) {
    if (caches.isLarge(key.allocated, key.kind)) {
      return new Origin(null, "kmalloc-large", key.site, key.requested, key.allocated);
    }
    String name = caches.generalName(key.allocated, key.kind);
    RecordedCache cache = caches.named(name, key.allocated);
    return new Origin(cache, name, key.site, key.requested, key.allocated);
  }

  private Origin named(Key key) {
    RecordedCache cache = caches.named(key.cache, key.allocated);
    int bytes = key.allocated;
    if (cache != null && bytes == 0) {
      bytes = cache.cache().geometry().size();
    }
    int requested = key.requested == 0 ? bytes : key.requested;
    return new Origin(cache, key.cache, key.site, requested, bytes);
  }

  /** All, in the order in which they were first seen. */
  List<Origin> all() {
    List<Origin> all = new ArrayList<>();
    for (int number = 0; number < numbers.size(); number++) {
      all.add(origins[number]);
    }
    return all;
  }
}
