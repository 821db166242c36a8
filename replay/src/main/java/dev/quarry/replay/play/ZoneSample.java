package dev.quarry.replay.play;

import dev.quarry.physical.FragmentationIndex;
import dev.quarry.physical.Zone;
import java.util.Arrays;

/** One zone's free blocks by order and its per-CPU lists, at one time. */
public final class ZoneSample {
  private final int zoneNumber;
  private final long[] blocks;
  private final PcpSample pcp;

  private ZoneSample(int zoneNumber, long[] blocks, PcpSample pcp) {
    this.zoneNumber = zoneNumber;
    this.blocks = blocks;
    this.pcp = pcp;
  }

  /** The zone as the cells of {@link SampleRows} from {@code at} on tell. */
  static ZoneSample of(Zone zone, int[] cells, int at) {
    int orders = zone.nrOrders();
    long[] blocks = new long[orders];
    for (int order = 0; order < orders; order++) {
      blocks[order] = cells[at + order];
    }
    int[] counts = Arrays.copyOfRange(cells, at + orders, at + orders + zone.pcpCount());
    int highsAt = at + orders + counts.length;
    int[] highs = Arrays.copyOfRange(cells, highsAt, highsAt + counts.length);
    return new ZoneSample(zone.number(), blocks, new PcpSample(counts, highs));
  }

  /** The zone's number in the machine. */
  public int zoneNumber() {
    return zoneNumber;
  }

  /** The zone's per-CPU lists. */
  public PcpSample pcp() {
    return pcp;
  }

  /** How many orders there are. */
  public int nrOrders() {
    return blocks.length;
  }

  /** Free blocks of an order. */
  public long blocks(int order) {
    return order < blocks.length ? blocks[order] : 0;
  }

  /** Free pages. */
  public long freePages() {
    return pagesBelow(blocks.length);
  }

  /** Free pages in blocks smaller than an order. */
  public long pagesBelow(int order) {
    long pages = 0;
    for (int o = 0; o < Math.min(order, blocks.length); o++) {
      pages += blocks[o] << o;
    }
    return pages;
  }

  /** The share of free memory, in thousandths, that an order cannot use. */
  public int unusable(int order) {
    return FragmentationIndex.unusable(blocks, order);
  }

  /** Why a request of an order would fail: {@link FragmentationIndex#external}. */
  public int external(int order) {
    return FragmentationIndex.external(blocks, order);
  }
}
