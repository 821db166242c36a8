package dev.quarry.replay.html;

import dev.quarry.machine.MachineSpec;
import dev.quarry.replay.twin.Fragmentation;
import dev.quarry.replay.twin.Watch;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A machine that was watched, as one HTML page with pictures. */
public final class WatchReport {
  private static final double MICROS = 1e6;

  private WatchReport() {}

  /** The page. */
  public static String of(Watch watch) {
    return Page.ofWatch(data(watch));
  }

  /** What the pictures show. */
  static ObjectNode data(Watch watch) {
    List<Watch.Sample> samples = watch.samples();
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    ObjectNode head = root.putObject("head");
    head.put("twin", watch.spec().name());
    head.put("timeName", "seconds since the first sample");
    head.put("micros", samples.isEmpty() ? 0 : micros(watch, samples.getLast()));
    machine(head.putObject("machine"), watch);
    ObjectNode memory = root.putObject("memory");
    ArrayNode times = memory.putArray("micros");
    samples.forEach(sample -> times.add(micros(watch, sample)));
    ArrayNode zones = memory.putArray("zones");
    int nrZones = samples.isEmpty() ? 0 : samples.getFirst().zones().size();
    for (int zone = 0; zone < nrZones; zone++) {
      int index = zone;
      zone(zones.addObject(), samples.stream().map(sample -> sample.zones().get(index)).toList());
    }
    ArrayNode notes = root.putArray("notes");
    watch.notes().forEach(notes::add);
    return root;
  }

  private static long micros(Watch watch, Watch.Sample sample) {
    return Math.round(sample.number() * watch.intervalSeconds() * MICROS);
  }

  private static void machine(ObjectNode node, Watch watch) {
    MachineSpec spec = watch.spec();
    node.put("kernel", spec.release().toString());
    node.put("cpus", spec.cpuNodes().size());
    node.put("nodes", spec.nodes().size());
    node.put("pageBytes", spec.pageSize());
    node.put("maxOrder", spec.maxOrder());
    node.put("pageblockOrder", spec.pageblockOrder());
    long managed =
        watch.samples().isEmpty()
            ? 0
            : watch.samples().getLast().zones().stream().mapToLong(Fragmentation::pages).sum();
    node.put("managedPages", managed);
  }

  private static void zone(ObjectNode node, List<Fragmentation> ofZone) {
    node.put("name", ofZone.getFirst().zone());
    ArrayNode free = node.putArray("blocks");
    ArrayNode permille = node.putArray("unusablePermille");
    for (int order = 0; order < ofZone.getFirst().blocks().size(); order++) {
      Runs blocks = new Runs(free.addArray());
      Runs unusable = new Runs(permille.addArray());
      for (Fragmentation zone : ofZone) {
        blocks.add(zone.blocks().get(order));
        unusable.add(zone.unusable(order));
      }
      blocks.end();
      unusable.end();
    }
  }
}
