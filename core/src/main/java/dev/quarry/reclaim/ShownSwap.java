package dev.quarry.reclaim;

import dev.quarry.physical.Node;
import dev.quarry.physical.SwapFigures;
import java.util.List;

/** What reports print of swap areas, and of nodes that kswapd gave up. */
record ShownSwap(SwapAreas areas, List<Kswapd> kswapds) implements SwapFigures {
  @Override
  public long totalPages() {
    return areas.totalPages();
  }

  @Override
  public long freePages() {
    return areas.freePages();
  }

  @Override
  public boolean isHopeless(Node node) {
    return kswapds.get(node.id()).isHopeless();
  }
}
