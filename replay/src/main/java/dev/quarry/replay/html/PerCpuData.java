package dev.quarry.replay.html;

import dev.quarry.physical.Zone;
import dev.quarry.replay.play.Samples;
import dev.quarry.replay.play.ZoneSample;
import dev.quarry.replay.report.ReplayResult;
import dev.quarry.replay.score.Scores;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Per-CPU lists over time: pages and high of each CPU in each zone, where the lists ever held a
 * page. On a machine with many CPUs the longest lists of each zone, and no more than the page can
 * hold.
 */
final class PerCpuData {
  private static final int MOST_CPUS = 16;
  private static final int MOST_LISTS = 128;

  private PerCpuData() {}

  /** The lists of one CPU in a zone, by the zone's place in a sample. */
  private record Lists(int zone, int cpu, int most) {}

  static void put(ObjectNode node, ReplayResult result, ZoneNames names) {
    List<Samples.Sample> samples = result.player().samples().list();
    ArrayNode micros = node.putArray("micros");
    samples.forEach(sample -> micros.add(sample.micros()));
    ArrayNode zones = node.putArray("zones");
    int left = MOST_LISTS;
    int count = samples.isEmpty() ? 0 : samples.getFirst().zones().size();
    for (int i = 0; i < count; i++) {
      List<Lists> used = used(samples, i);
      List<Lists> shown = shown(used, Math.min(left, MOST_CPUS));
      left -= shown.size();
      if (!shown.isEmpty()) {
        int number = samples.getFirst().zones().get(i).zoneNumber();
        Zone zone = result.machine().memory().zones().get(number);
        ObjectNode one = zones.addObject().put("name", names.of(zone)).put("used", used.size());
        ArrayNode cpus = one.putArray("cpus");
        shown.forEach(lists -> lists(cpus.addObject(), samples, lists));
      }
    }
    ends(node.putArray("ends"), result);
  }

  /** The lists that held a page at any time. */
  private static List<Lists> used(List<Samples.Sample> samples, int zone) {
    List<Lists> used = new ArrayList<>();
    int cpus = samples.getFirst().zones().get(zone).pcp().nrCpus();
    for (int cpu = 0; cpu < cpus; cpu++) {
      int most = 0;
      for (Samples.Sample sample : samples) {
        most = Math.max(most, sample.zones().get(zone).pcp().count(cpu));
      }
      if (most > 0) {
        used.add(new Lists(zone, cpu, most));
      }
    }
    return used;
  }

  private static List<Lists> shown(List<Lists> used, int most) {
    return used.stream()
        .sorted(Comparator.comparingInt(Lists::most).reversed().thenComparingInt(Lists::cpu))
        .limit(most)
        .sorted(Comparator.comparingInt(Lists::cpu))
        .toList();
  }

  private static void lists(ObjectNode node, List<Samples.Sample> samples, Lists lists) {
    node.put("cpu", lists.cpu());
    List<ZoneSample> zone = samples.stream().map(s -> s.zones().get(lists.zone())).toList();
    runs(node.putArray("count"), zone, sample -> sample.pcp().count(lists.cpu()));
    runs(node.putArray("high"), zone, sample -> sample.pcp().high(lists.cpu()));
  }

  private static void runs(ArrayNode out, List<ZoneSample> samples, ToIntFunction<ZoneSample> of) {
    Runs runs = new Runs(out);
    samples.forEach(sample -> runs.add(of.applyAsInt(sample)));
    runs.end();
  }

  /** Lengths at the end, in all zones, beside the kernel's where it is known. */
  private static void ends(ArrayNode out, ReplayResult result) {
    List<Scores.PerCpu> ends = result.scores().map(Scores::perCpu).orElse(List.of());
    for (Scores.PerCpu end : ends.subList(0, Math.min(MOST_CPUS, ends.size()))) {
      ObjectNode node = out.addObject().put("cpu", end.cpu()).put("replayed", end.predicted());
      if (end.actual() >= 0) {
        node.put("kernel", end.actual());
      }
    }
  }
}
