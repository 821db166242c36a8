package dev.quarry.reclaim.oom;

import static dev.quarry.reclaim.oom.OomScene.PAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import dev.quarry.reclaim.SwapArea;
import dev.quarry.virtual.space.MapFlags;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every figure of a report is counted anew, at the moment when the report is written. */
class OomReportTest {
  private static final Pattern FIGURE = Pattern.compile("([a-z_]+(?:\\([a-z]+\\))?):(\\d+)(kB)?");
  private static final Pattern TASK = Pattern.compile("\\[ *(\\d+)\\] +(.*)");
  private static final List<String> COUNTED =
      List.of("active_anon", "inactive_anon", "active_file", "inactive_file", "unevictable");

  /** What was counted when the line {@code oom-kill:} came: nothing has changed since the head. */
  private final Map<String, Long> frames = new LinkedHashMap<>();

  private final Map<Integer, List<Long>> rows = new LinkedHashMap<>();
  private long swapFree;
  private long swapCached;

  private void count(OomScene scene) {
    frames.putAll(Recount.frames(scene.machine));
    for (Process process : scene.machine.processes().all()) {
      rows.put(process.pid(), Recount.row(scene.machine, process));
    }
    for (SwapArea area : scene.machine.reclaim().swap().areas().all()) {
      swapFree += area.pages() - area.used();
    }
    swapCached = frames.getOrDefault("swap cache", 0L);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void everyFigureIsTheMachines(int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    try (OomScene scene = new OomScene()) {
      if (seed % 2 == 0) {
        scene.swapOn(300 + random.nextInt(500));
      }
      scene
          .machine
          .log()
          .console(line -> {
            if (line.startsWith("oom-kill:") && frames.isEmpty()) {
              count(scene);
            }
          });
      List<Process> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Process process = scene.spawn("p" + i, random.nextInt(400));
        process.mm().task().oomScoreAdj(random.nextInt(-300, 300));
        share(scene, process, random.nextInt(1, 200));
        all.add(process);
      }
      while (frames.isEmpty()) {
        Process process = all.get(random.nextInt(all.size()));
        if (scene.isAlive(process)) {
          int page = random.nextInt(OomScene.PAGES);
          scene.tryTouch(process, page, Math.min(OomScene.PAGES, page + random.nextInt(300)));
        }
      }
      List<String> log = report(scene);
      memory(log);
      zones(scene, log);
      tasks(log);
      assertThat(log).anyMatch(line -> line.equals(swapCached + " pages in swap cache"));
      assertThat(log).anyMatch(line -> line.equals("Free swap  = " + swapFree * 4 + "kB"));
      victim(scene, all, log);
    }
  }

  /** Shared memory, some of it locked. */
  private static void share(OomScene scene, Process process, int pages) {
    SystemCalls calls = new SystemCalls(scene.cpu, process);
    long at = calls.mmap(0, pages * PAGE, 3, 1 | MapFlags.MAP_ANONYMOUS, -1, 0);
    for (int page = 0; page < pages; page++) {
      process.store(scene.cpu, at + page * PAGE, 8, page);
    }
    calls.mlock(at, (pages / 3 + 1) * PAGE);
  }

  private static List<String> report(OomScene scene) {
    List<String> lines = scene.machine.log().lines();
    int head = 0;
    while (!lines.get(head).contains("invoked oom-killer")) {
      head++;
    }
    int end = head;
    while (!lines.get(end).contains("Killed process")) {
      end++;
    }
    return lines.subList(head, end + 1);
  }

  private void memory(List<String> log) {
    String head = String.join(" ", log);
    Map<String, Long> printed = figures(head.substring(0, head.indexOf(" Node 0")));
    for (String name : COUNTED) {
      assertThat(printed).containsEntry(name, frames.getOrDefault(name, 0L));
    }
    for (String name : List.of("free", "free_pcp", "slab_unreclaimable", "pagetables")) {
      assertThat(printed).as(head).containsEntry(name, frames.getOrDefault(name, 0L));
    }
    long shown = rows.values().stream().mapToLong(row -> row.get(4)).sum();
    assertThat(printed.get("shmem")).isGreaterThanOrEqualTo(shown); // also what nobody maps
    assertThat(printed).containsEntry("mapped", shown + files());
  }

  private long files() {
    return rows.values().stream().mapToLong(row -> row.get(3)).sum();
  }

  private void zones(OomScene scene, List<String> log) {
    for (String zone : List.of("DMA", "DMA32")) {
      String line = line(log, "Node 0 " + zone + " free:");
      Map<String, Long> printed = figures(line);
      for (String name : COUNTED) {
        assertThat(printed).as(line).containsEntry(name, 4 * of(zone, name));
      }
      for (String name : List.of("free", "free_pcp", "present")) {
        assertThat(printed).as(line).containsEntry(name, 4 * of(zone, name));
      }
      String blocks = line(log, "Node 0 " + zone + ": ");
      assertThat(blocks).endsWith("= " + 4 * of(zone, "free") + "kB");
    }
    assertThat(log)
        .contains(
            scene.machine.memory().zones().stream().mapToLong(z -> z.present()).sum()
                + " pages RAM");
  }

  private long of(String zone, String name) {
    return frames.getOrDefault(zone + " " + name, 0L);
  }

  private void tasks(List<String> log) {
    Map<Integer, List<Long>> printed = new LinkedHashMap<>();
    for (String line : log) {
      Matcher task = TASK.matcher(line);
      if (task.matches()) {
        List<Long> words =
            Arrays.stream(task.group(2).split(" +")).limit(9).map(Long::valueOf).toList();
        printed.put(Integer.valueOf(task.group(1)), words.subList(2, 9));
      }
    }
    assertThat(printed).isEqualTo(rows);
  }

  /** The victim is the one whose row weighs most. */
  private void victim(OomScene scene, List<Process> all, List<String> log) {
    long worst = Long.MIN_VALUE;
    int chosen = 0;
    long total = 4095 + scene.machine.reclaim().swap().areas().totalPages();
    for (Map.Entry<Integer, List<Long>> row : rows.entrySet()) {
      List<Long> of = row.getValue();
      long adj = all.get(row.getKey() - 1).mm().task().oomScoreAdj();
      long points = of.get(1) + of.get(5) / PAGE + of.get(6) + adj * (total / 1000);
      if (points >= worst) {
        worst = points;
        chosen = row.getKey();
      }
    }
    String last = log.getLast();
    List<Long> of = rows.get(chosen);
    assertThat(last)
        .startsWith(
            "Out of memory: Killed process "
                + chosen
                + " (p"
                + (chosen - 1)
                + ") total-vm:"
                + 4 * of.get(0)
                + "kB, anon-rss:"
                + 4 * of.get(2)
                + "kB, file-rss:"
                + 4 * of.get(3)
                + "kB, shmem-rss:"
                + 4 * of.get(4)
                + "kB, UID:0 pgtables:"
                + of.get(5) / 1024
                + "kB");
  }

  private static String line(List<String> log, String start) {
    return log.stream().filter(line -> line.startsWith(start)).findFirst().orElseThrow();
  }

  private static Map<String, Long> figures(String text) {
    Map<String, Long> figures = new LinkedHashMap<>();
    Matcher matcher = FIGURE.matcher(text);
    while (matcher.find()) {
      figures.putIfAbsent(matcher.group(1), Long.valueOf(matcher.group(2)));
    }
    return figures;
  }

  /** Slabs are listed when they hold more than all lists: each with its objects. */
  @Test
  void slabsAreShownWhenTheyAreTheReason() {
    try (OomScene scene = new OomScene()) {
      scene.spawn("victim", 20);
      var cache = scene.machine.slab().cache("kmalloc-1k").orElseThrow();
      int objects = 0;
      while (cache.alloc(scene.cpu, Gfp.GFP_KERNEL | Gfp.NORETRY | Gfp.NOWARN) != 0) {
        objects++;
      }
      while (!scene.log().contains("invoked oom-killer")) {
        assertThat(scene.machine.allocator().allocPage(scene.cpu, Gfp.GFP_KERNEL))
            .isNotEqualTo(Pfn.NONE);
      }
      String line = line(scene.machine.log().lines(), "kmalloc-1k ");
      assertThat(line).matches("kmalloc-1k +" + objects + "KB +\\d+KB");
      assertThat(scene.log()).contains("Unreclaimable slab info:\nName  ");
    }
  }

  @Test
  void theTableOfProcessesCanBeLeftOut() {
    try (OomScene scene = new OomScene()) {
      scene.machine.files().write("/proc/sys/vm/oom_dump_tasks", "0");
      scene.spawn("victim", 20);
      scene.exhaust();
      scene.machine.allocator().allocPage(scene.cpu, Gfp.GFP_KERNEL);
      assertThat(scene.log()).contains("Killed process 1").doesNotContain("Tasks state");
    }
  }
}
