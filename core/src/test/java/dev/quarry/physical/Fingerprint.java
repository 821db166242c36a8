package dev.quarry.physical;

import dev.quarry.kernel.Machine;
import java.util.ArrayList;
import java.util.List;

/** Everything that a refused call must leave as it was: every list, count and descriptor. */
final class Fingerprint {
  private Fingerprint() {}

  static List<String> of(Machine machine) {
    List<String> lines = new ArrayList<>();
    for (Zone zone : machine.memory().zones()) {
      lines.add(zone + " free " + zone.freePages() + " per-CPU " + zone.pcpPages());
      for (int order = 0; order < zone.areas.length; order++) {
        for (int type = 0; type < MigrateType.COUNT; type++) {
          lines.add(list(machine, zone.area(order).list(type)));
        }
      }
      for (int cpu = 0; cpu < zone.pcpCount(); cpu++) {
        for (int i = 0; i < zone.pcp(cpu).lists(); i++) {
          lines.add(list(zone.pcp(cpu).list(i)));
        }
      }
      lines.add(descriptors(machine.memory().map(), zone));
    }
    return lines;
  }

  private static String list(Machine machine, FreeList list) {
    StringBuilder text = new StringBuilder();
    for (int pfn = list.first(); pfn != Pfn.NONE; pfn = machine.memory().map().next(pfn)) {
      text.append(' ').append(pfn);
    }
    return text.toString();
  }

  private static String list(PcpList list) {
    StringBuilder text = new StringBuilder();
    for (int place = 0; place < list.count(); place++) {
      text.append(' ').append(list.get(place));
    }
    return text.toString();
  }

  private static String descriptors(MemMap map, Zone zone) {
    long hash = 1;
    for (int pfn = zone.startPfn(); pfn < zone.endPfn(); pfn++) {
      long state = map.state(pfn);
      hash = 31 * hash + state;
      if (state != PageState.UNTOUCHED) {
        hash = 31 * hash + map.mapping(pfn);
        hash = 31 * hash + map.mapcount(pfn);
      }
    }
    return Long.toHexString(hash);
  }
}
