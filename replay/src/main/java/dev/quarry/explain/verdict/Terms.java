package dev.quarry.explain.verdict;

/** Which term of a refusal decides: the one without which the zone's test on pages would hold. */
final class Terms {
  private Terms() {}

  static Term deciding(Verdict refusal, ZoneVerdict.Arithmetic test) {
    return switch (refusal) {
      case NO_BLOCK -> Term.BLOCK;
      case BLOCKS_UNUSABLE -> Term.MIGRATE_TYPE;
      case BELOW_MIN -> holdsWithout(test, boostAsSeen(test)) ? Term.BOOST : Term.MIN;
      case BELOW_MIN_PLUS_RESERVE -> ofReserves(test);
      case UNKNOWN, PASSES ->
          throw new IllegalArgumentException(refusal.label() + " is no refusal");
    };
  }

  private static Term ofMark(ZoneVerdict.Arithmetic test) {
    if (holdsWithout(test, boostAsSeen(test))) {
      return Term.BOOST;
    }
    return holdsWithout(test, test.lowered()) ? Term.MIN : Term.COMBINED;
  }

  /** What is kept back comes before what every request must leave. */
  private static Term ofReserves(ZoneVerdict.Arithmetic test) {
    if (holdsWithout(test, test.reserve())) {
      return Term.LOWMEM_RESERVE;
    }
    if (holdsWithout(test, test.highatomic())) {
      return Term.HIGHATOMIC;
    }
    return holdsWithout(test, test.cma()) ? Term.CMA : ofMark(test);
  }

  private static boolean holdsWithout(ZoneVerdict.Arithmetic test, long term) {
    return test.margin() + term > 0;
  }

  /** Rights lower the boost as they lower the rest of the mark. */
  private static long boostAsSeen(ZoneVerdict.Arithmetic test) {
    return test.mark() == 0 ? 0 : (long) ((double) test.boost() * test.lowered() / test.mark());
  }
}
