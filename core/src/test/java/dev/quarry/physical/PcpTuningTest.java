package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.KernelRelease;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How much per-CPU lists take and give at a time, against {@code nr_pcp_alloc}, {@code
 * nr_pcp_free}, {@code nr_pcp_high} and {@code decay_pcp_high} of mm/page_alloc.c (6.18), written a
 * second time.
 */
class PcpTuningTest {
  private static final int SCALE_MAX = 5;

  /** The fields of {@code struct per_cpu_pages}, changed as the kernel changes them. */
  private static final class Kernel {
    int high;
    final int highMin;
    final int highMax;
    final int batch;
    int allocFactor;
    int freeCount;
    boolean prevFreeHighOrder;
    int count;

    Kernel(int highMin, int highMax, int batch) {
      this.highMin = highMin;
      this.highMax = highMax;
      this.batch = batch;
    }

    private static int clamp(int value, int low, int most) {
      return Math.min(most, Math.max(low, value));
    }

    int refill(int order, boolean belowHigh) {
      int base = batch;
      high = clamp(high, highMin, highMax);
      if (high < base) {
        return 1;
      }
      int take = order != 0 ? base : base << allocFactor;
      if (highMin != highMax && !belowHigh) {
        high = Math.min(high + take, highMax);
      }
      if (order == 0) {
        int most = Math.max(high - count - base, base);
        if (take <= most && allocFactor < SCALE_MAX) {
          allocFactor++;
        }
        take = Math.min(take, most);
      }
      return take > 1 ? Math.max(take >> order, 2) : take;
    }

    /** A free of a block that is counted already; how many pages go to the zone, 0 for none. */
    int free(int order, boolean reclaims, boolean belowHigh) {
      allocFactor >>= 1;
      boolean freeHigh = false;
      if (order != 0 && order <= 3) {
        freeHigh = freeCount >= batch + highMin / 2 && prevFreeHighOrder;
        prevFreeHighOrder = true;
      } else {
        prevFreeHighOrder = false;
      }
      if (freeCount < batch << SCALE_MAX) {
        freeCount += 1 << order;
      }
      int limit = limit(freeHigh, reclaims, belowHigh);
      if (count < limit) {
        return 0;
      }
      if (freeHigh) {
        return Math.min(count, batch << SCALE_MAX);
      }
      return limit < batch ? 1 : clamp(freeCount, batch, limit - batch);
    }

    private int limit(boolean freeHigh, boolean reclaims, boolean belowHigh) {
      int limit = high = clamp(high, highMin, highMax);
      if (limit == 0) {
        return 0;
      }
      if (freeHigh) {
        high = Math.max(limit - (batch << SCALE_MAX), highMin);
        return 0;
      }
      if (reclaims) {
        high = Math.max(limit - Math.max(freeCount, batch), highMin);
        return Math.min(batch << 2, high);
      }
      if (highMin == highMax) {
        return limit;
      }
      if (belowHigh) {
        high = Math.max(limit - Math.max(freeCount, batch), highMin);
        limit = Math.max(count, highMin);
      } else if (count >= limit && high < freeCount + batch) {
        high = clamp(freeCount + batch, highMin, highMax);
      }
      return limit;
    }

    int decay() {
      if (high > highMin) {
        int step = Math.max(count - (batch << SCALE_MAX), high - (high >> 3));
        high = Math.max(step, highMin);
      }
      return Math.max(0, count - high);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void everyNumberIsTheKernels(long seed) {
    Random random = new Random(seed);
    int batch = 1 + random.nextInt(63);
    int least = random.nextInt(4) == 0 ? 0 : 4 * batch + random.nextInt(500);
    int most = random.nextInt(3) == 0 ? least : least + random.nextInt(5_000);
    Kernel kernel = new Kernel(least, most, batch);
    PcpTuning tuning = new PcpTuning(AllocRules.of(KernelRelease.DEFAULT));
    tuning.limits(least, most, batch);
    for (int i = 0; i < 5_000; i++) {
      String context = "seed " + seed + ", step " + i;
      boolean belowHigh = random.nextInt(3) == 0;
      int order = random.nextInt(3) > 0 ? 0 : random.nextInt(10) == 0 ? 9 : random.nextInt(4);
      boolean allocates = i / 300 % 2 == 0 ? random.nextInt(4) > 0 : random.nextInt(4) == 0;
      if (random.nextInt(200) == 0) {
        int decayed = Math.max(0, tuning.decay(kernel.count));
        assertThat(decayed).as(context).isEqualTo(kernel.decay());
        kernel.count -= decayed;
      } else if (allocates) {
        allocate(kernel, tuning, order, belowHigh, context);
      } else {
        free(kernel, tuning, order, random.nextInt(10) == 0, belowHigh, context);
      }
      assertThat(tuning.high).as(context).isEqualTo(kernel.high);
      assertThat(tuning.allocFactor).as(context).isEqualTo(kernel.allocFactor);
      assertThat(tuning.freeCount).as(context).isEqualTo(kernel.freeCount);
    }
  }

  private static void allocate(
      Kernel kernel, PcpTuning tuning, int order, boolean belowHigh, String context) {
    kernel.freeCount >>= 1;
    tuning.allocating();
    if (kernel.count < 1 << order) {
      int blocks = tuning.refillBlocks(order, kernel.count, belowHigh);
      assertThat(blocks).as(context).isEqualTo(kernel.refill(order, belowHigh));
      kernel.count += blocks << order;
    }
    kernel.count -= 1 << order;
  }

  private static void free(
      Kernel kernel,
      PcpTuning tuning,
      int order,
      boolean reclaims,
      boolean belowHigh,
      String context) {
    kernel.count += 1 << order;
    boolean freeHigh = tuning.freeing(order, kernel.count);
    int limit = tuning.highNow(kernel.count, freeHigh, reclaims, belowHigh);
    int pages = kernel.count >= limit ? tuning.drainPages(kernel.count, limit, freeHigh) : 0;
    assertThat(pages).as(context).isEqualTo(kernel.free(order, reclaims, belowHigh));
    kernel.count -= Math.min(kernel.count, Math.max(0, pages));
  }

  /** A run of allocations doubles what a refill takes; a free halves it again. */
  @Test
  void refillsGrowWithARunOfAllocations() {
    try (Machine machine =
        TestMachines.of(
            "contents none", "memory 0-1G", "zone Normal", "sysctl vm.min_free_kbytes=8192")) {
      Zone zone = machine.memory().zones().getFirst();
      Cpu cpu = machine.cpu(0);
      int batch = zone.pcp(0).batch();
      assertThat(batch).isEqualTo(63);
      long before = 0;
      for (int doubling = 0; doubling <= SCALE_MAX; doubling++) {
        int taken = 0;
        do {
          machine.allocator().allocPages(cpu, Gfp.GFP_KERNEL, 0);
          taken++;
        } while (zone.pcp(0).count() > 0);
        assertThat(zone.events().refillPages() - before).isEqualTo(taken);
        assertThat(taken).as("refill %d", doubling).isEqualTo(batch << doubling);
        before = zone.events().refillPages();
      }
      assertThat(machine.invariants()).isEmpty();
    }
  }
}
