package dev.quarry.explain.twin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.explain.log.ZoneDump;
import dev.quarry.machine.ZoneType;
import dev.quarry.physical.MigrateType;
import dev.quarry.physical.ZoneCounters;
import dev.quarry.replay.read.Place;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Free blocks of random zones: all are placed, apart, in chunks of their types, none to be joined.
 */
class WholePlacementTest {
  private static final int MAX_ORDER = 10;
  private static final int PRESENT = 1 << 17;
  private static final int ROUNDS = 60;

  private static ZonePlan zone(Random random, long present) {
    List<Long> nrFree = new ArrayList<>();
    List<Integer> types = new ArrayList<>();
    for (int order = 0; order <= MAX_ORDER; order++) {
      int lists = random.nextInt(1 << MigrateType.COUNT);
      int most = Math.max(1, (PRESENT / 40) >> order);
      long count = lists == 0 ? 0 : Integer.bitCount(lists) + random.nextInt(most);
      nrFree.add(count);
      types.add(lists);
    }
    ZoneDump dump = new ZoneDump(0, "Normal", Place.of("test"), Map.of(), null, null, null);
    ZoneCounters counters = new ZoneCounters(0, 0, random.nextInt(3) * 512L, 0);
    return new ZonePlan(
        dump, ZoneType.NORMAL, present, present, 1, 2, 3, 0, counters, List.of(), nrFree, types);
  }

  @Test
  void allBlocksAreApartAndOfTheirTypes() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      ZonePlan zone = zone(random, PRESENT);
      long movable = random.nextInt(PRESENT / 2);
      WholePlacement placed = WholePlacement.of(zone, movable, MAX_ORDER, PRESENT, seed);
      long[] counts = new long[MAX_ORDER + 1];
      List<BitSet> heads = new ArrayList<>();
      for (int order = 0; order <= MAX_ORDER; order++) {
        heads.add(new BitSet());
      }
      BitSet free = new BitSet();
      for (Placement.Block block : placed.blocks()) {
        int pages = 1 << block.order();
        assertThat(block.offset() % pages).as("aligned, seed %d", seed).isZero();
        assertThat(free.get(block.offset(), block.offset() + pages).isEmpty()).isTrue();
        free.set(block.offset(), block.offset() + pages);
        heads.get(block.order()).set(block.offset());
        counts[block.order()]++;
        assertThat(placed.chunkTypes().get(block.offset() >>> MAX_ORDER))
            .as("type, seed %d", seed)
            .isEqualTo(block.migrateType());
      }
      assertThat(counts)
          .as("seed %d", seed)
          .isEqualTo(zone.nrFree().stream().mapToLong(Long::longValue).toArray());
      assertThat(free.length()).isLessThanOrEqualTo(placed.frames());
      for (int order = 0; order < MAX_ORDER; order++) {
        BitSet ofOrder = heads.get(order);
        int bit = 1 << order;
        assertThat(ofOrder.stream().noneMatch(head -> ofOrder.get(head ^ bit)))
            .as("buddies of order %d, seed %d", order, seed)
            .isTrue();
      }
      assertThat(WholePlacement.of(zone, movable, MAX_ORDER, PRESENT, seed).blocks())
          .isEqualTo(placed.blocks());
    }
  }

  @Test
  void aLargeZoneIsTakenInProportionAndKeepsEachList() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      ZonePlan zone = zone(new Random(seed), 8L * PRESENT);
      WholePlacement placed = WholePlacement.of(zone, PRESENT, MAX_ORDER, PRESENT, seed);
      assertThat(placed.frames()).isLessThanOrEqualTo(3 * PRESENT);
      for (int order = 0; order <= MAX_ORDER; order++) {
        int wanted = order;
        long blocks = placed.blocks().stream().filter(b -> b.order() == wanted).count();
        long all = zone.nrFree().get(order);
        int lists = zone.types().get(order);
        assertThat(blocks).isBetween((long) Integer.bitCount(lists), all);
        assertThat(blocks).isLessThanOrEqualTo(all / 8 + Integer.bitCount(lists));
      }
    }
  }
}
