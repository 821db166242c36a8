package dev.quarry.replay.slab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FirstFitTest {
  private record Block(long address, long bytes) {}

  /** A block goes to the first bytes in a row that are free, as a search from 0 on finds them. */
  @Test
  void takesWhatASearchFromTheBeginningTakes() {
    long seed = 4;
    Random random = new Random(seed);
    FirstFit heap = new FirstFit();
    BitSet used = new BitSet();
    List<Block> blocks = new ArrayList<>();
    for (int step = 0; step < 20_000; step++) {
      if (blocks.size() > 200 || (random.nextInt(3) == 0 && !blocks.isEmpty())) {
        Block block = blocks.remove(random.nextInt(blocks.size()));
        heap.free(block.address, block.bytes);
        used.clear((int) block.address, (int) (block.address + block.bytes));
      } else {
        long bytes = 1 + random.nextInt(random.nextInt(10) == 0 ? 300 : 20);
        int expected = search(used, (int) bytes);
        long address = heap.allocate(bytes);
        assertThat(address).as("seed %d step %d", seed, step).isEqualTo(expected);
        used.set(expected, expected + (int) bytes);
        blocks.add(new Block(address, bytes));
      }
      assertThat(heap.held()).isEqualTo(used.length());
    }
  }

  private static int search(BitSet used, int bytes) {
    int at = used.nextClearBit(0);
    while (used.nextSetBit(at) >= 0 && used.nextSetBit(at) - at < bytes) {
      at = used.nextClearBit(used.nextSetBit(at));
    }
    return at;
  }
}
