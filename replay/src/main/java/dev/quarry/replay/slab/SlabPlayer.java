package dev.quarry.replay.slab;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.replay.compact.SlabMark;
import dev.quarry.replay.play.Placement;
import dev.quarry.replay.recording.SlabEvent;
import dev.quarry.replay.recording.SlabRequests;
import dev.quarry.slab.KmemCache;
import dev.quarry.slab.SlabAllocator;
import dev.quarry.slab.SlabCpu;
import org.jspecify.annotations.Nullable;

/**
 * Plays slab events on a machine, one after the other, each on the CPU that it happened on. One
 * thread drives all CPUs, so that the same recording gives the same result every time.
 */
final class SlabPlayer {
  /** Objects are not written here, so none need be zeroed; failures are counted, not reported. */
  private static int mask(int gfp) {
    return (gfp & ~Gfp.ZERO) | Gfp.NOWARN;
  }

  /** REAPTIMEOUT_AC (mm/slab.c, 6.1). */
  private static final long REAP_MICROS = 2_000_000;

  private final SlabAllocator slab;
  private final Cpu[] cpus;
  private final SlabCpu[] states;
  private final Placement placement;
  private final RecordedCaches caches;
  private final Origins origins;
  private final HandleTable live = new HandleTable();
  private final SlabCounters counters = new SlabCounters();
  private final SlabSamples samples;
  private long nextReap = Long.MIN_VALUE;

  SlabPlayer(Machine machine, Placement placement, RecordedCaches caches, SlabSamples samples) {
    this.slab = machine.slab();
    this.cpus = machine.cpus().toArray(Cpu[]::new);
    this.states = machine.cpus().stream().map(machine.slab()::on).toArray(SlabCpu[]::new);
    this.placement = placement;
    this.caches = caches;
    this.origins = new Origins(caches);
    this.samples = samples;
  }

  void play(SlabRequests requests) {
    SlabEvent event = requests.event();
    while (requests.next()) {
      if (event.timeMicros() >= nextReap) {
        reap(event.timeMicros());
      }
      samples.at(event.timeMicros(), counters);
      int cpu = placement.cpu(event.cpu());
      if (cpu == Placement.NOWHERE) {
        counters.unknownCpus++;
      } else if (event.mark().isAllocation()) {
        allocate(event, cpu);
      } else {
        free(event, cpu);
      }
    }
    samples.finish(counters);
  }

  /** {@code cache_reap}: every two seconds free slabs are given back. */
  private void reap(long micros) {
    if (nextReap != Long.MIN_VALUE) {
      slab.reap();
    }
    nextReap = micros + REAP_MICROS;
  }

  private void allocate(SlabEvent event, int cpu) {
    counters.allocations++;
    int number = event.tag() == SlabEvent.NO_TAG ? tag(event) : event.tag();
    Origin origin = origins.get(number);
    origin.allocations++;
    RecordedCache cache = origin.cache;
    long object;
    if (cache != null) {
      cache.allocations++;
      object = cache.cache().alloc(cpus[cpu], mask(event.gfp()));
    } else {
      object = withoutCache(event, origin, cpu);
    }
    if (object == KmemCache.NULL) {
      counters.failures++;
    }
    enter(event.pointer(), object, number, cpu);
    origin.live++;
    counters.requestedNow += origin.requested();
    counters.allocatedNow += origin.allocated();
    if (counters.allocatedNow > counters.allocatedMost) {
      counters.allocatedMost = counters.allocatedNow;
      counters.requestedThen = counters.requestedNow;
    }
  }

  private int tag(SlabEvent event) {
    int number = origins.of(event);
    event.tag(number);
    return number;
  }

  private long withoutCache(SlabEvent event, Origin origin, int cpu) {
    if (event.mark() != SlabMark.KMALLOC) {
      counters.noCache++;
      return KmemCache.NULL;
    }
    counters.largeBlocks++;
    return states[cpu].kmalloc(origin.allocated(), mask(event.gfp()));
  }

  /** Remembers an object; one that has the handle already was freed unseen. */
  private void enter(long handle, long object, int origin, int cpu) {
    int place = live.find(handle);
    if (place == HandleTable.NONE) {
      live.add(handle, object, origin);
      return;
    }
    counters.unseenFrees++;
    Origin old = origins.get(live.origin(place));
    if (old.cache != null) {
      old.cache.unseenFrees++;
    }
    giveBack(live.object(place), old, cpu);
    live.replace(place, object, origin);
  }

  private void free(SlabEvent event, int cpu) {
    counters.frees++;
    int place = live.find(event.pointer());
    if (place == HandleTable.NONE) {
      freeOfStateBefore(event, cpu);
      return;
    }
    Origin origin = origins.get(live.origin(place));
    RecordedCache cache = origin.cache;
    if (cache != null) {
      cache.frees++;
      countCache(event, cache);
    }
    giveBack(live.object(place), origin, cpu);
    live.remove(place);
  }

  private void countCache(SlabEvent event, RecordedCache cache) {
    if (event.mark() == SlabMark.CACHE_FREE) {
      counters.otherCache += event.cacheName().equals(cache.name()) ? 0 : 1;
    } else if (!isGeneral(cache)) {
      counters.kfreesOfNamedCaches++;
    }
  }

  private static boolean isGeneral(RecordedCache cache) {
    return cache.name().startsWith("kmalloc-") || cache.name().startsWith("dma-kmalloc-");
  }

  private void giveBack(long object, Origin origin, int cpu) {
    origin.live--;
    counters.requestedNow -= origin.requested();
    counters.allocatedNow -= origin.allocated();
    if (object == KmemCache.NULL) {
      return; // there was no memory for it
    }
    if (origin.cache != null) {
      origin.cache.cache().free(cpus[cpu], object);
    } else {
      states[cpu].kfree(object);
    }
  }

  private void freeOfStateBefore(SlabEvent event, int cpu) {
    if (event.mark() == SlabMark.KFREE) {
      counters.unmatchedKfrees++;
      return;
    }
    @Nullable RecordedCache cache = caches.named(event.cacheName(), 0);
    if (cache == null) {
      counters.unmatchedFrees++;
      return;
    }
    cache.frees++;
    if (!cache.before().hasMore()) {
      counters.unmatchedFrees++;
      return;
    }
    counters.freesOfStateBefore++;
    long object = cache.before().take(event.pointer());
    if (object != KmemCache.NULL) {
      cache.cache().free(cpus[cpu], object);
    }
  }

  SlabCounters counters() {
    return counters;
  }

  Origins origins() {
    return origins;
  }

  SlabSamples samples() {
    return samples;
  }

  /** Objects of the recording that are still in use. */
  int stillHeld() {
    return live.size();
  }
}
