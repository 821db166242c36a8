package dev.quarry.physical;

/**
 * One decision of the allocator; see {@link Trail}. Numbers are pages unless they say otherwise.
 */
public sealed interface TrailStep {
  /** The step as a sentence. */
  String text();

  /** The sentence, indented below the pass that it belongs to. */
  default String indented() {
    return "  " + text();
  }

  /** A walk over the zonelist begins: at which mark, and with which rights. */
  record Pass(String name, String mark, String rights) implements TrailStep {
    @Override
    public String text() {
      return name + " at the " + mark + " mark" + (rights.isEmpty() ? "" : ", with " + rights);
    }

    @Override
    public String indented() {
      return text();
    }
  }

  /** A zone was not looked at. */
  record Skipped(Zone zone, String why) implements TrailStep {
    @Override
    public String text() {
      return zone + ": skipped, " + why;
    }
  }

  /**
   * A zone's watermark test, term by term.
   *
   * @param free free pages
   * @param restOfBlock {@code 2^order - 1}
   * @param highAtomic free pages that the request may not use, in the high-atomic reserve
   * @param cma free pages that the request may not use, in CMA
   * @param mark the mark with its boost
   * @param boost how much of the mark is boost
   * @param lowered the mark as the request's rights lower it
   * @param reserve {@code lowmem_reserve} for the request
   * @param blockFits whether a block of the order or more is on a list that the request may use
   */
  record Test(
      Zone zone,
      int order,
      String markName,
      long free,
      long restOfBlock,
      long highAtomic,
      long cma,
      long mark,
      long boost,
      long lowered,
      long reserve,
      boolean blockFits,
      boolean passed)
      implements TrailStep {
    /** Usable free pages less all that is demanded; the test on pages holds from 1 on. */
    public long margin() {
      return free - restOfBlock - outOfReach() - lowered - reserve;
    }

    /** Free pages that the request may not use. */
    public long outOfReach() {
      return highAtomic + cma;
    }

    @Override
    public String text() {
      StringBuilder out = new StringBuilder();
      out.append(zone).append(": free ").append(free);
      subtract(out, restOfBlock, "rest of the block");
      subtract(out, outOfReach(), "out of reach");
      out.append(margin() > 0 ? " > " : " <= ").append(markName).append(' ').append(mark);
      if (lowered != mark) {
        out.append(" (").append(lowered).append(" for this request)");
      }
      if (reserve != 0) {
        out.append(" + lowmem_reserve ").append(reserve);
      }
      return out.append(verdict()).toString();
    }

    private String verdict() {
      if (passed) {
        return ": passes by " + margin();
      }
      if (margin() <= 0) {
        long missing = 1 - margin();
        return ": refused, " + missing + (missing == 1 ? " page short" : " pages short");
      }
      return blockFits
          ? ": refused, too few blocks of the smaller orders"
          : ": refused, no free block of order " + order + " or more";
    }

    private static void subtract(StringBuilder out, long pages, String what) {
      if (pages != 0) {
        out.append(" - ").append(pages).append(' ').append(what);
      }
    }
  }

  /** A block was taken from a CPU's list. */
  record TookPerCpu(Zone zone, int cpu, int pfn, int order, long refillPages) implements TrailStep {
    @Override
    public String text() {
      String refill =
          refillPages == 0 ? "" : " after a refill of " + refillPages + " pages from the zone";
      return zone
          + ": took order "
          + order
          + " at frame "
          + pfn
          + " from the list of CPU "
          + cpu
          + refill;
    }
  }

  /** A block was taken from the zone's free lists. */
  record TookBuddy(Zone zone, int pfn, int order, long splits) implements TrailStep {
    @Override
    public String text() {
      String how = splits == 0 ? "" : ", splitting a block of order " + (order + splits);
      return zone + ": took order " + order + " at frame " + pfn + how;
    }
  }

  /** Blocks of another migrate type were claimed or stolen on the way. */
  record FellBack(Zone zone, int migrateType, long claims, long steals) implements TrailStep {
    @Override
    public String text() {
      String what =
          claims > 0
              ? "claimed pageblocks of another type" + (claims == 1 ? "" : " " + claims + " times")
              : "stole " + (steals == 1 ? "a block" : steals + " blocks") + " of another type";
      return zone + ": no " + MigrateType.label(migrateType) + " block, " + what;
    }
  }

  /** The test allowed it, the lists had nothing. */
  record Empty(Zone zone, int order) implements TrailStep {
    @Override
    public String text() {
      return zone + ": passed its test, but no list has a block of order " + order + " to give";
    }
  }

  /** Something that happened between two passes. */
  record Note(String text) implements TrailStep {
    @Override
    public String indented() {
      return text;
    }
  }
}
