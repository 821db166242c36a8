package dev.quarry.reclaim.compact;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.physical.Capture;
import dev.quarry.physical.CompactResult;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.MigrateType;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.VmEvent;
import dev.quarry.physical.ZoneCompaction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Small zones before and after, frame by frame; pageblocks of 4 frames. */
class DrawnCompactionTest {
  private static ZoneCompactor compactor(DrawnZone drawn) {
    Compaction compaction = drawn.machine.reclaim().compaction();
    return compaction.compactor();
  }

  private static void sound(DrawnZone drawn) {
    assertThat(drawn.machine.invariants()).isEmpty();
    assertThat(drawn.isAllThere()).isTrue();
    assertThat(drawn.zone.compaction().isolatedPages()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    // The free scanner stays a pageblock above the other one: they meet in the third.
    "m.m.|.mm.|m..m|m.m., ....|.mm.|m..m|mmmm",
    "mmmm|....|m...|..mm, ....|....|mmm.|mmmm",
    // Nothing is to be done.
    "....|....|mmmm|mmmm, ....|....|mmmm|mmmm",
    // What somebody pins stays.
    "p.m.|.p..|m..m|..m., p...|.p..|...m|mmm.",
    "pppp|m.p.|.mmm|m..., pppp|..p.|.mmm|mm..",
  })
  void beforeAndAfter(String before, String after) {
    try (DrawnZone drawn = new DrawnZone(before)) {
      drawn.machine.reclaim().compaction().compactZone(drawn.cpu, drawn.zone);
      drawn.machine.allocator().drainAllPages();
      assertThat(drawn.draw()).isEqualTo(after);
      sound(drawn);
    }
  }

  /** The scanners at the window, for a request of an order. */
  private static CompactControl atWindow(DrawnZone drawn, int order, CompactControl.Mode mode) {
    ZoneCompaction state = drawn.zone.compaction();
    state.cachedMigrate(false, drawn.first());
    state.cachedMigrate(true, drawn.first());
    state.cachedFree(state.lastPageblock());
    return drawn.control(order, mode);
  }

  @Test
  void asyncABlockThatCannotBecomeFreeIsLeftAsItWas() {
    try (DrawnZone drawn = new DrawnZone("m.p.|mm..|m.m.|m...|m.m.", true)) {
      CompactControl control = atWindow(drawn, 2, CompactControl.Mode.ASYNC);
      compactor(drawn).run(control, null);
      drawn.machine.allocator().drainAllPages();
      assertThat(drawn.draw()).startsWith("m.p.|....|");
      sound(drawn);
    }
  }

  @Test
  void aPageblockWithoutAnythingToMoveIsSkippedNextTime() {
    try (DrawnZone drawn = new DrawnZone("p.p.|m.m.|m.m.|m.m.|m.m.", true)) {
      CompactControl control = atWindow(drawn, 2, CompactControl.Mode.SYNC_LIGHT);
      assertThat(compactor(drawn).run(control, null)).isEqualTo(CompactResult.SUCCESS);
      assertThat(drawn.skips()).startsWith("ss");
      int gfp = (Gfp.GFP_HIGHUSER_MOVABLE & ~Gfp.RECLAIM) | Gfp.NOWARN;
      assertThat(drawn.machine.allocator().allocPages(drawn.cpu, gfp, 2)).isNotEqualTo(Pfn.NONE);
      CompactControl again = atWindow(drawn, 2, CompactControl.Mode.SYNC_LIGHT);
      compactor(drawn).run(again, null);
      CompactControl whole = atWindow(drawn, 2, CompactControl.Mode.SYNC_LIGHT);
      whole.ignoreSkipHint = true;
      compactor(drawn).run(whole, null);
      assertThat(again.migrateScanned).isEqualTo(whole.migrateScanned - 8);
      sound(drawn);
    }
  }

  @Test
  void theBlockThatBecomesFreeIsTheCompactors() {
    try (DrawnZone drawn = new DrawnZone("m.m.|p.p.|m.p.|m.m.|m.m.", true)) {
      CompactControl control = atWindow(drawn, 2, CompactControl.Mode.SYNC_LIGHT);
      Capture capture = new Capture(2, MigrateType.MOVABLE, 2);
      assertThat(compactor(drawn).run(control, capture)).isEqualTo(CompactResult.SUCCESS);
      assertThat(capture.pfn()).isEqualTo(drawn.first());
      drawn.machine.allocator().drainAllPages();
      assertThat(drawn.isAllThere()).isTrue();
      assertThat(drawn.machine.memory().events().sum(VmEvent.PGMIGRATE_SUCCESS)).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 3", "3, 7", "6, 63", "9, 63"})
  void afterFailuresRequestsAreTurnedAway(int failures, int turnedAway) {
    try (DrawnZone drawn = new DrawnZone("m.m.")) {
      ZoneCompaction state = drawn.zone.compaction();
      assertThat(state.isDeferred(3)).isFalse();
      for (int i = 0; i < failures; i++) {
        state.defer(3);
      }
      int turned = 0;
      while (state.isDeferred(3)) {
        turned++;
      }
      assertThat(turned).isEqualTo(turnedAway);
      assertThat(state.isRestarting(3)).isEqualTo(failures >= 6);
      assertThat(state.orderFailed()).isZero();
      state.undefer(4, true);
      assertThat(state.isDeferred(4)).isFalse();
      assertThat(state.deferShift()).isZero();
      assertThat(state.orderFailed()).isEqualTo(5);
      state.defer(6);
      assertThat(state.isDeferred(4)).isFalse();
      assertThat(state.isDeferred(6)).isTrue();
    }
  }

  @Test
  void withoutIoNothingIsCompacted() {
    try (DrawnZone drawn = new DrawnZone("m.m.|m.m.", true)) {
      int order = drawn.machine.spec().maxOrder();
      int gfp = Gfp.GFP_NOIO | Gfp.NOWARN;
      assertThat(drawn.machine.allocator().allocPages(drawn.cpu, gfp, order)).isEqualTo(Pfn.NONE);
      assertThat(drawn.machine.memory().events().sum(VmEvent.COMPACT_STALL)).isZero();
    }
  }
}
