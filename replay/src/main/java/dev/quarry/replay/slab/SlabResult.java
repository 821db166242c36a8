package dev.quarry.replay.slab;

import dev.quarry.replay.recording.EventProblems;
import dev.quarry.replay.score.SlabScore;
import java.util.List;
import java.util.Optional;

/**
 * Slab events that were played.
 *
 * @param counters what was played
 * @param caches those that were used or known before, as they stand at the end
 * @param origins who asked for what
 * @param samples what objects took over time
 * @param geometries what the kmalloc requests take under each geometry
 * @param stillHeld objects of the recording that were not freed in it
 * @param score how near it came; empty where the recording does not have both counts
 * @param notes what could not be done
 * @param problems lines that were wrong
 * @param invariants what is wrong with the machine; empty when all is sound
 * @param seconds that playing took, without booting and scoring
 */
public record SlabResult(
    SlabCounters counters,
    List<CacheEnd> caches,
    List<Origin> origins,
    List<SlabSamples.Sample> samples,
    List<GeometryUse> geometries,
    int stillHeld,
    Optional<SlabScore> score,
    List<String> notes,
    EventProblems problems,
    List<String> invariants,
    double seconds) {

  /**
   * A cache at the end.
   *
   * @param activeObjects in use, counted as the recorded kernel does: with free objects of the
   *     slabs that its CPUs had before
   * @param objects in all slabs
   */
  public record CacheEnd(
      String name,
      int objectSize,
      int pagesPerSlab,
      long allocations,
      long frees,
      long unseenFrees,
      long activeObjects,
      long objects,
      long slabs) {}

  public SlabResult {
    caches = List.copyOf(caches);
    origins = List.copyOf(origins);
    samples = List.copyOf(samples);
    geometries = List.copyOf(geometries);
    notes = List.copyOf(notes);
    invariants = List.copyOf(invariants);
  }
}
