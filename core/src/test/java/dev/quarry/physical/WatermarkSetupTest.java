package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.machine.Sysctls;
import dev.quarry.machine.ZoneType;
import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Marks, reserves and per-CPU limits of random machines against the formulas of mm/page_alloc.c and
 * mm/khugepaged.c (6.18), written a second time with integers that cannot overflow.
 */
class WatermarkSetupTest {
  private static final long SEED = 618;
  private static final int MACHINES = 150;

  @Test
  void randomMachinesHaveTheNumbersOfTheFormulas() {
    Random random = new Random(SEED);
    for (int i = 0; i < MACHINES; i++) {
      String text = randomSpec(random);
      MachineSpec spec = MachineSpecReader.read("machine " + i, text);
      try (Machine machine = Machine.boot(spec)) {
        new Expected(machine, "seed " + SEED + ", machine " + i + ":\n" + text).check();
      }
    }
  }

  private static String randomSpec(Random random) {
    StringBuilder text = new StringBuilder("contents none\n");
    boolean high = random.nextInt(3) == 0;
    boolean two = random.nextBoolean();
    long size = 32L + random.nextInt(random.nextBoolean() ? 200 : 300_000);
    text.append(two ? "node 0 distance=10,20\nnode 1 distance=20,10\n" : "");
    text.append("memory 0x1000-").append(size).append("M node=0\n");
    if (two) {
      long more = 4 * (1 + random.nextInt(60_000));
      long from = (size + 3) / 4 * 4;
      text.append("memory " + from + "M-" + (from + more) + "M node=1\n");
    }
    if (random.nextBoolean()) {
      text.append("reserved 0x1000-").append(4 * (16 + random.nextInt(100))).append("K low\n");
      text.append("reserved 20M-").append(21 + random.nextInt(10)).append("M kernel\n");
    }
    int cpus = 1 + random.nextInt(16);
    text.append("cpus 0-" + (cpus - 1) + " node=" + (two ? random.nextInt(2) : 0) + "\n");
    text.append("zone DMA below=16M\n");
    text.append(
        high ? "zone Normal below=896M\nzone HighMem\n" : "zone DMA32 below=4G\nzone Normal\n");
    text.append("zone Movable\nzone Device\n");
    text.append(random.nextBoolean() ? "khugepaged yes\n" : "");
    sysctl(text, random, "min_free_kbytes", random.nextInt(20_000));
    sysctl(text, random, "watermark_scale_factor", 1 + random.nextInt(3_000));
    sysctl(text, random, "percpu_pagelist_high_fraction", 8 + random.nextInt(1_000));
    if (random.nextBoolean()) {
      text.append("sysctl vm.lowmem_reserve_ratio=" + random.nextInt(300));
      text.append("," + random.nextInt(300) + "," + random.nextInt(3) + ",0,0\n");
    }
    return text.toString();
  }

  private static void sysctl(StringBuilder text, Random random, String name, long value) {
    if (random.nextInt(3) == 0) {
      text.append("sysctl vm.").append(name).append('=').append(value).append('\n');
    }
  }

  /** What one machine must have. */
  private static final class Expected {
    private final Machine machine;
    private final PhysicalMemory memory;
    private final Sysctls sysctls;
    private final String context;

    Expected(Machine machine, String context) {
      this.machine = machine;
      this.memory = machine.memory();
      this.sysctls = machine.spec().sysctls();
      this.context = context;
    }

    void check() {
      long kbytes = minFreeKbytes();
      assertThat(memory.minFreeKbytes()).as("%s min_free_kbytes", context).isEqualTo(kbytes);
      for (Zone zone : memory.zones()) {
        long min = min(zone, kbytes);
        long step = step(zone, kbytes);
        for (int mark = Zone.MIN; mark <= Zone.PROMO; mark++) {
          assertThat(zone.unboostedMark(mark))
              .as("%s mark %d of %s", context, mark, zone)
              .isEqualTo(min + mark * step);
        }
        reserves(zone);
        if (zone.isPopulated()) {
          perCpu(zone, min + step);
        }
      }
    }

    private static boolean isLow(Zone zone) {
      return zone.type().ordinal() <= ZoneType.NORMAL.ordinal();
    }

    private long lowPages() {
      return memory.zones().stream().filter(Expected::isLow).mapToLong(Zone::managed).sum();
    }

    private long minFreeKbytes() {
      long byRoot = BigInteger.valueOf(lowPages()).shiftLeft(6).sqrt().longValueExact();
      long kbytes = sysctls.minFreeKbytes().orElse(Math.min(Math.max(byRoot, 128), 262_144));
      return sysctls.khugepagedRaise() ? Math.max(kbytes, recommended(kbytes)) : kbytes;
    }

    /** {@code set_recommended_min_free_kbytes}, when min_free_kbytes is {@code before}. */
    private long recommended(long before) {
      long zones = memory.zones().stream().filter(z -> isLow(z) && z.isPopulated()).count();
      long beyondHigh = 0;
      for (Zone zone : memory.zones()) {
        long high = min(zone, before) + 2 * step(zone, before);
        beyondHigh += isLow(zone) ? Math.max(0, zone.managed() - high) : 0;
      }
      return 4 * Math.min(512 * zones * 2 + 512 * zones * 3 * 3, beyondHigh / 20);
    }

    private long share(Zone zone, long kbytes) {
      BigInteger pages =
          BigInteger.valueOf(kbytes / 4).multiply(BigInteger.valueOf(zone.managed()));
      return pages.divide(BigInteger.valueOf(lowPages())).longValueExact();
    }

    private long min(Zone zone, long kbytes) {
      boolean capped = zone.type() == ZoneType.HIGHMEM || zone.type() == ZoneType.MOVABLE;
      return capped ? Math.min(Math.max(zone.managed() / 1024, 32), 128) : share(zone, kbytes);
    }

    private long step(Zone zone, long kbytes) {
      long scaled = zone.managed() * sysctls.watermarkScaleFactor() / 10_000;
      return Math.max(share(zone, kbytes) / 4, scaled);
    }

    private void reserves(Zone zone) {
      long above = 0;
      int ratio = sysctls.lowmemReserveRatio().getOrDefault(zone.type(), 0);
      for (int index = 0; index < machine.spec().zones().size(); index++) {
        above += index > zone.index() ? zone.node().zone(index).managed() : 0;
        boolean none = index <= zone.index() || ratio == 0 || zone.managed() == 0;
        assertThat(zone.lowmemReserve(index))
            .as("%s reserve of %s for zone %d", context, zone, index)
            .isEqualTo(none ? 0 : above / ratio);
      }
    }

    private void perCpu(Zone zone, long low) {
      long quarter = Math.max(1, Math.min(zone.managed() / 1024, 256) / 4);
      long batch = Math.max(1, Long.highestOneBit(quarter + quarter / 2) - 1);
      long local = memory.cpus().stream().map(Cpu::node).filter(n -> n == zone.node().id()).count();
      long cpus = local > 0 ? local : memory.cpus().size();
      int fraction = sysctls.percpuPagelistHighFraction();
      long least = Math.max((fraction > 0 ? zone.managed() / fraction : low) / cpus, 4 * batch);
      long most = fraction > 0 ? least : Math.max(zone.managed() / 8 / cpus, 4 * batch);
      PerCpuPages pcp = zone.pcp(0);
      assertThat(pcp.batch()).as("%s batch of %s", context, zone).isEqualTo((int) batch);
      assertThat(pcp.highMin()).as("%s high_min of %s", context, zone).isEqualTo((int) least);
      assertThat(pcp.highMax()).as("%s high_max of %s", context, zone).isEqualTo((int) most);
    }
  }
}
