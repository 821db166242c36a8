package dev.quarry.explain.verdict;

import dev.quarry.explain.twin.ZonePlan;
import dev.quarry.physical.AllocRules;

/**
 * Where the test of kernels up to 4.3 fails although there is a block: pages in smaller blocks stop
 * counting, while the mark is halved from order to order ({@code __zone_watermark_ok},
 * mm/page_alloc.c, 4.3).
 *
 * <pre>
 *   left - pages in blocks of order o   must exceed   mark / 2^(o+1)      for each o below the order
 * </pre>
 *
 * @param order from which on pages count in the count that fails
 * @param left what is left there
 * @param mark what that must exceed
 */
record OrderByOrder(int order, long left, long mark) {
  /** The count that fails, or comes nearest to it. */
  static OrderByOrder of(ZonePlan zone, ZoneVerdict.Arithmetic test, int order, AllocRules rules) {
    long left = test.free() - test.restOfBlock() - (rules.cmaCountsByOrder() ? 0 : test.cma());
    OrderByOrder nearest = new OrderByOrder(order, left, test.lowered());
    for (int o = 0; o < order; o++) {
      left -= zone.nrFree().get(o) << o;
      OrderByOrder count = new OrderByOrder(o + 1, left, test.lowered() >> (o + 1));
      if (left <= count.mark) {
        return count;
      }
      nearest = count;
    }
    return nearest;
  }

  /** The end of a sentence: "too few of them ..." */
  String text(int pageKb) {
    return "too few of them in larger blocks: in those of "
        + Words.order(order, pageKb)
        + " and more "
        + Words.count(left)
        + " are left, and more than "
        + Words.count(mark)
        + " are demanded";
  }
}
