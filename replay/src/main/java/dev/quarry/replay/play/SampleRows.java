package dev.quarry.replay.play;

import dev.quarry.physical.PerCpuPages;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Samples as rows of numbers, which are quick to take while a recording plays; objects are made of
 * them when somebody asks.
 *
 * <pre>
 *   row   zone: free blocks of each order, count of each CPU, high of each CPU | next zone ...
 * </pre>
 */
final class SampleRows {
  private final Zone[] zones;
  private final int width;

  /** One more than are kept, for the last one. */
  private final long[] micros;

  private final int[] cells;
  private int count;

  /** For the populated zones of a machine, in its order. */
  SampleRows(PhysicalMemory memory, int most) {
    zones = memory.zones().stream().filter(Zone::isPopulated).toArray(Zone[]::new);
    width = Arrays.stream(zones).mapToInt(SampleRows::width).sum();
    micros = new long[most + 1];
    cells = new int[width * micros.length];
  }

  private static int width(Zone zone) {
    return zone.nrOrders() + 2 * zone.pcpCount();
  }

  int count() {
    return count;
  }

  long lastMicros() {
    return micros[count - 1];
  }

  /** Takes a sample of the machine as it is now. */
  void add(long atMicros) {
    micros[count] = atMicros;
    int at = width * count++;
    for (Zone zone : zones) {
      for (int order = 0; order < zone.nrOrders(); order++) {
        cells[at++] = zone.area(order).nrFree();
      }
      int cpus = zone.pcpCount();
      for (int cpu = 0; cpu < cpus; cpu++) {
        PerCpuPages pcp = zone.pcp(cpu);
        cells[at + cpu] = pcp.count();
        cells[at + cpus + cpu] = pcp.high();
      }
      at += 2 * cpus;
    }
  }

  /** Forgets every second sample. */
  void thin() {
    for (int from = 0, to = 0; from < count; from += 2, to++) {
      micros[to] = micros[from];
      System.arraycopy(cells, from * width, cells, to * width, width);
    }
    count = (count + 1) / 2;
  }

  List<Samples.Sample> samples() {
    List<Samples.Sample> samples = new ArrayList<>();
    for (int row = 0; row < count; row++) {
      int at = row * width;
      long listed = 0;
      List<ZoneSample> ofZones = new ArrayList<>();
      for (Zone zone : zones) {
        ZoneSample sample = ZoneSample.of(zone, cells, at);
        listed += sample.pcp().pages();
        ofZones.add(sample);
        at += width(zone);
      }
      samples.add(new Samples.Sample(micros[row], listed, ofZones));
    }
    return List.copyOf(samples);
  }
}
