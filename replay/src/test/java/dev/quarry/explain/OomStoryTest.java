package dev.quarry.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.log.OomDump;
import dev.quarry.explain.log.ReportKind;
import dev.quarry.explain.log.ZoneDump;
import dev.quarry.explain.verdict.OomStory;
import dev.quarry.machine.KernelRelease;
import dev.quarry.replay.read.Place;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Who held memory and why a task was chosen, on a table small enough to weigh by hand. */
class OomStoryTest {
  private static final int MANAGED = 1_000_000;

  /** 100 holds most; 200 is pushed up by its adjustment; 300 is never killed; 400 is root's. */
  private static final List<OomDump.Task> TASKS =
      List.of(
          task(100, 1000, 400_000, 819_200, 0, 0, "builder"),
          task(200, 1000, 150_000, 0, 1_000, 300, "browser"),
          task(300, 0, 500_000, 0, 0, -1000, "guard"),
          task(400, 0, 410_000, 0, 0, 0, "daemon"));

  private static OomDump.Task task(
      int pid, int uid, long rss, long pageTables, long swap, int adj, String name) {
    return new OomDump.Task(pid, uid, pid, 2 * rss, rss, pageTables, swap, adj, name);
  }

  private static MemoryReport report(KernelRelease release, int victim, String memcg) {
    OomDump.Victim killed =
        new OomDump.Victim(
            victim, "task", 0, 1_600_000, 4, OomDump.UNKNOWN, 800, -1, OptionalInt.empty());
    OomDump oom =
        new OomDump(
            OptionalInt.of(0),
            memcg == null ? "CONSTRAINT_NONE" : "CONSTRAINT_MEMCG",
            memcg,
            Map.of(),
            TASKS,
            List.of(killed),
            null);
    ZoneDump normal =
        new ZoneDump(
            0,
            "Normal",
            Place.of("test"),
            Map.of("free", 4_000L, "min", 8_000L, "present", 4L * MANAGED, "managed", 4L * MANAGED),
            null,
            new long[] {0, 0, 0, 0},
            List.of());
    return new MemoryReport(
        ReportKind.OOM,
        Place.of("test"),
        1,
        release.toString(),
        release,
        ReportText.request(0, 0, "GFP_KERNEL", "(null)", "0"),
        4,
        Map.of(
            "active_anon", 500_000L,
            "inactive_anon", 100_000L,
            "shmem", 50_000L,
            "slab_unreclaimable", 200_000L,
            "active_file", 10_000L,
            "inactive_file", 5_000L,
            "pagetables", 3_000L,
            "free", 1_000L),
        Map.of(),
        List.of(normal),
        OptionalLong.of(0),
        OptionalLong.of(40_000),
        Map.of("dentry", 400_000L),
        oom,
        List.of(),
        List.of());
  }

  private static OomStory story(MemoryReport report) {
    return new Explainer().explain(report).oom();
  }

  @Test
  void holdersComeToTheWholeMachine() {
    OomStory story = story(report(new KernelRelease(6, 8), 200, null));
    assertThat(story.holders())
        .extracting(OomStory.Holder::pages)
        .isSortedAccordingTo((a, b) -> Long.compare(b, a));
    long kinds =
        story.holders().stream()
            .filter(one -> !one.name().startsWith("task ") && !one.name().startsWith("slab cache "))
            .mapToLong(OomStory.Holder::pages)
            .sum();
    assertThat(kinds).isEqualTo(MANAGED);
    assertThat(story.holders())
        .contains(
            new OomStory.Holder("anonymous", 550_000, 0.55, false),
            new OomStory.Holder("shared memory", 50_000, 0.05, false),
            new OomStory.Holder("file cache", 15_000, 0.015, true),
            new OomStory.Holder("slab_unreclaimable", 200_000, 0.2, false),
            new OomStory.Holder("not accounted for", 181_000, 0.181, false),
            new OomStory.Holder("task guard (300)", 500_000, 0.5, false),
            new OomStory.Holder("slab cache dentry", 100_000, 0.1, false));
    assertThat(story.swap()).startsWith("Swap is full: 0 kB of");
    assertThat(story.constraint()).isEqualTo("The whole machine was out of memory.");
  }

  /** 151,000 + 300 × 1,010,000 / 1000 = 454,000 is more than 410,000 and 400,200. */
  @Test
  void theVictimIsWeighedAsTheKernelDoes() {
    List<String> why = story(report(new KernelRelease(6, 8), 200, null)).victim();
    assertThat(why.get(1))
        .isEqualTo(
            "Its badness is 454,000 pages (rss 150,000, swapped 1,000, oom_score_adj 300), the"
                + " highest of all.");
    assertThat(why.get(2)).startsWith("Next would have been daemon (400) with 410,000 pages");
  }

  /** Up to 4.16 root's task has 3 % less: 397,700. */
  @Test
  void rootWasSparedALittle() {
    List<String> why = story(report(new KernelRelease(4, 9), 200, null)).victim();
    assertThat(why.get(2)).startsWith("Next would have been builder (100) with 400,200 pages");
  }

  @Test
  void aVictimThatIsNotTheWorstIsSaidToBeSo() {
    List<String> why = story(report(new KernelRelease(6, 8), 100, null)).victim();
    assertThat(why.get(1)).doesNotContain("highest");
    assertThat(why.get(2)).startsWith("By the table browser (200) comes first with 454,000 pages");
  }

  @Test
  void oldKernelsCannotBeRecomputed() {
    List<String> why = story(report(new KernelRelease(2, 6, 24), 100, null)).victim();
    assertThat(why).hasSize(2);
    assertThat(why.get(1)).contains("cannot be recomputed");
  }

  @Test
  void aMemoryGroupIsNotTheMachine() {
    OomStory story = story(report(new KernelRelease(6, 8), 200, "/shop"));
    assertThat(story.constraint()).startsWith("The memory group /shop was at its limit");
  }
}
