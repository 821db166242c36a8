package dev.quarry.physical;

/**
 * What reports of this floor print of the floor that reclaims memory, which owns it: swap, and
 * nodes that were given up.
 */
public interface SwapFigures {
  /** A machine without reclaim. */
  SwapFigures NONE =
      new SwapFigures() {
        @Override
        public long totalPages() {
          return 0;
        }

        @Override
        public long freePages() {
          return 0;
        }

        @Override
        public boolean isHopeless(Node node) {
          return false;
        }
      };

  /** Pages of all swap areas: {@code total_swap_pages}. */
  long totalPages();

  /** Those that are free: {@code get_nr_swap_pages}. */
  long freePages();

  /** Whether so many runs of kswapd freed nothing of a node that it is given up. */
  boolean isHopeless(Node node);
}
