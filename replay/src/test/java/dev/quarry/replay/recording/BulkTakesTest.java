package dev.quarry.replay.recording;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.replay.read.Interval;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BulkTakesTest {
  private static final String TEXT =
      """
      #t0 100.000000
      #site 0 getname_flags+0x24
      #site 1 __vmalloc_node_range_noprof+0x19e
      #gfp 0 GFP_KERNEL
      k 5 0 7 1a0 32 32 0 0
      k 10 1 7 1a0 32 32 0 1
      c 10 1 7 1a0 0 0 1
      k 10 0 7 v00ff 808 1024 0 1
      k 10 0 7 1a0 8 8 0 1
      f 10 0 7 1a0
      k 1000 0 7 1a0 32 32 0 1
      """;

  @TempDir private Path folder;

  private BulkTakes read(byte[] text, Interval interval) throws IOException {
    Path file = Files.write(folder.resolve("ev.S.txt"), text);
    return BulkTakes.read(file, "ev.S.txt", interval);
  }

  @Test
  void arraysOfPagePointersTellHowManyPagesWereTaken() throws IOException {
    BulkTakes takes = read(TEXT.getBytes(), Interval.ofSeconds(100, 100.000_500));
    assertThat(takes.size()).isEqualTo(2);
    assertThat(takes.micros(0)).isEqualTo(100_000_015);
    assertThat(takes.cpu(0)).isEqualTo(1);
    assertThat(takes.pages(0)).isEqualTo(4);
    // 101 pages: a hundred in bulk, and one that has an event of its own; so has a single page.
    assertThat(takes.pages(1)).isEqualTo(100);
  }

  @Test
  void changedTextNeverEndsInAnError() throws IOException {
    long seed = 77;
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      byte[] bytes = TEXT.getBytes();
      for (int change = 0; change <= random.nextInt(4); change++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      BulkTakes takes = read(bytes, Interval.ofSeconds(0, 1e9));
      for (int n = 0; n < takes.size(); n++) {
        assertThat(takes.pages(n)).as("seed %d round %d", seed, i).isBetween(1, 1 << 17);
        assertThat(takes.cpu(n)).isNotNegative();
      }
    }
  }
}
