package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.KernelRelease;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The terms that a trail shows are those that the test weighs, in every era. */
class WatermarkTermsTest {
  private static final long SEED = 31;
  private static final int STATES = 4_000;
  private static final List<KernelRelease> ERAS =
      List.of(
          new KernelRelease(3, 10),
          new KernelRelease(4, 4),
          new KernelRelease(4, 13),
          new KernelRelease(5, 4),
          new KernelRelease(5, 10),
          new KernelRelease(6, 1),
          new KernelRelease(6, 6),
          new KernelRelease(6, 18));
  private static final int[] MASKS = {
    Gfp.GFP_KERNEL,
    Gfp.GFP_ATOMIC,
    Gfp.GFP_ATOMIC | Gfp.ATOMIC,
    Gfp.GFP_NOWAIT,
    Gfp.GFP_HIGHUSER_MOVABLE,
    Gfp.GFP_ATOMIC | Gfp.NOMEMALLOC
  };

  private final Random random = new Random(SEED);

  @Test
  void aTestPassesWhenItsTermsLeaveAPageAndABlockFits() {
    try (Machine machine = Machine.boot(TestMachines.recorded())) {
      Zone zone = machine.memory().zones().get(2);
      for (KernelRelease release : ERAS) {
        AllocRules rules = AllocRules.of(release);
        Watermark watermark = new Watermark(rules, 10);
        for (int i = 0; i < STATES; i++) {
          state(zone);
          int order = random.nextInt(4);
          int flags = rules.allocFlags(MASKS[random.nextInt(MASKS.length)], order);
          WatermarkTerms terms = watermark.terms(zone, order, Zone.MIN, 2, flags);
          long left = zone.freePages - (1L << order) + 1;
          left -= terms.highAtomic() + terms.cma() + terms.lowered() + terms.reserve();
          boolean block = order == 0 || watermark.blockIn(zone, order, flags);
          if (order == 0 || !rules.perOrderTest()) {
            assertThat(watermark.fast(zone, order, Zone.MIN, 2, flags))
                .as("seed %d, %s, order %d, %s", SEED, release, order, terms)
                .isEqualTo(left > 0 && block);
          }
          assertThat(terms.boost()).isLessThanOrEqualTo(terms.mark());
          assertThat(terms.lowered()).isLessThanOrEqualTo(terms.mark());
        }
      }
    }
  }

  private void state(Zone zone) {
    zone.watermark[Zone.MIN] = random.nextInt(300);
    zone.watermarkBoost = random.nextInt(3) == 0 ? random.nextInt(300) : 0;
    zone.freePages = random.nextInt(900);
    zone.reservedHighatomic = random.nextInt(200);
    zone.freeHighatomic = random.nextInt(200);
    zone.freeCma = random.nextInt(200);
    zone.lowmemReserve[2] = random.nextInt(200);
    Arrays.fill(zone.nonEmptyOrders, 0);
    zone.nonEmptyOrders[random.nextInt(MigrateType.COUNT)] = 1 << random.nextInt(11);
  }
}
