package dev.quarry.cli.commands;

import dev.quarry.kernel.Machine;
import dev.quarry.physical.Node;
import dev.quarry.physical.Zone;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Zones in text: where they lie, and in which order each node's requests try them. */
final class ZonePicture {
  private ZonePicture() {}

  static String draw(Machine machine, List<Zone> zones) {
    int shift = machine.spec().pageShift();
    StringBuilder out = new StringBuilder();
    for (Zone zone : zones) {
      out.append(
          String.format(
              Locale.ROOT,
              "  %-22s 0x%010x - 0x%010x  %8d MiB%s\n",
              zone,
              (long) zone.startPfn() << shift,
              ((long) zone.endPfn() << shift) - 1,
              (zone.present() << shift) >> 20,
              zone.isHighMem() ? "  not in the direct map" : ""));
    }
    out.append("order in which a request on each node tries them\n");
    int highest = machine.spec().zones().size() - 1;
    for (Node node : machine.memory().nodes()) {
      String order =
          node.zonelist(highest).stream()
              .map(zone -> zone.node().id() + ":" + zone.label())
              .collect(Collectors.joining(" → "));
      out.append("  ").append(node).append("  ").append(order).append('\n');
    }
    return out.toString().stripTrailing();
  }
}
