package dev.quarry.replay.twin;

import dev.quarry.kernel.Machine;
import dev.quarry.physical.Zone;
import dev.quarry.replay.movable.CompactionRun;
import dev.quarry.replay.movable.MovableFrames;
import dev.quarry.replay.movable.Unmovable;
import dev.quarry.replay.snapshot.PageClasses;
import dev.quarry.replay.snapshot.Snapshot;
import dev.quarry.replay.snapshot.ZoneId;
import dev.quarry.replay.snapshot.ZoneInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A question that is asked after all zones were compacted, as a 1 in {@code
 * /proc/sys/vm/compact_memory} does.
 *
 * @param unmovable where pages were taken to lie that cannot move; null: the files tell
 * @param zones what compaction did in each zone that has movable pages
 */
public record CompactedFirst(
    @Nullable Unmovable unmovable, List<CompactionRun> zones, Answer answer) {
  /** Which places are drawn, where they are not known. */
  public static final long SEED = 1;

  private static final List<String> LISTS =
      List.of("inactive_anon", "active_anon", "inactive_file", "active_file", "unevictable");

  public CompactedFirst {
    zones = List.copyOf(zones);
  }

  /** Asks with what the files tell of movable pages: once, or in the best and the worst case. */
  static List<CompactedFirst> ask(Twin twin, Question question) {
    List<CompactedFirst> all = new ArrayList<>();
    if (twin.snapshot().classes().isPresent()) {
      all.add(ask(twin, question, null));
    } else if (twin.snapshot().zoneInfo().stream()
        .flatMap(info -> info.populated().stream())
        .anyMatch(zone -> movable(zone).isPresent())) {
      all.add(ask(twin, question, Unmovable.TOGETHER));
      all.add(ask(twin, question, Unmovable.SPREAD));
    }
    return all;
  }

  private static CompactedFirst ask(Twin twin, Question question, @Nullable Unmovable unmovable) {
    try (Machine machine = twin.boot()) {
      MovableFrames frames = new MovableFrames(machine.memory(), SEED);
      List<CompactionRun> runs = new ArrayList<>();
      for (Zone zone : machine.memory().zones()) {
        long marked = zone.isPopulated() ? mark(frames, zone, twin.snapshot(), unmovable) : 0;
        if (marked > 0) {
          runs.add(CompactionRun.of(machine, zone, marked));
        }
      }
      return new CompactedFirst(unmovable, runs, question.ask(machine));
    }
  }

  private static long mark(
      MovableFrames frames, Zone zone, Snapshot snapshot, @Nullable Unmovable unmovable) {
    if (unmovable == null) {
      PageClasses classes = snapshot.classes().orElseThrow();
      return frames.placeExactly(zone, new OnLists(classes, zone.startPfn()));
    }
    Optional<ZoneInfo.Zone> counts =
        snapshot.zoneInfo().flatMap(info -> info.zone(new ZoneId(zone.node().id(), zone.type())));
    long pages = counts.map(CompactedFirst::movable).orElse(OptionalLong.empty()).orElse(0);
    return frames.place(zone, pages, unmovable);
  }

  /** Pages of a zone on LRU lists, where it counts them; up to 4.7 under the names of nodes. */
  private static OptionalLong movable(ZoneInfo.Zone zone) {
    long pages = 0;
    boolean known = false;
    for (String list : LISTS) {
      OptionalLong own = zone.stats().get("nr_zone_" + list);
      OptionalLong count = own.isPresent() ? own : zone.stats().get("nr_" + list);
      known |= count.isPresent();
      pages += count.orElse(0);
    }
    return known ? OptionalLong.of(pages) : OptionalLong.empty();
  }

  /** Frames that kpageflags shows on LRU lists, as single pages. Asked in ascending order. */
  private static final class OnLists implements IntPredicate {
    private static final String LETTERS = "AFU";

    private final PageClasses classes;
    private int run;

    OnLists(PageClasses classes, int from) {
      this.classes = classes;
      this.run = from < classes.endPfn() ? classes.runOf(from) : classes.size();
    }

    @Override
    public boolean test(int pfn) {
      while (run < classes.size() && pfn >= classes.end(run)) {
        run++;
      }
      return run < classes.size() && LETTERS.indexOf(classes.letter(run)) >= 0;
    }
  }
}
