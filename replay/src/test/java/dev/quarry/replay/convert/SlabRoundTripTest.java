package dev.quarry.replay.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.replay.compact.CompactForm;
import dev.quarry.replay.read.Fixtures;
import dev.quarry.replay.read.LineReader;
import dev.quarry.replay.read.Mutations;
import dev.quarry.replay.read.RecordingException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Slab events: text is given back byte for byte, both readers agree, damage is refused. */
class SlabRoundTripTest {
  private static final int BLOCK_HEADER = 20;

  private static void assertSame(byte[] text, String what) throws IOException {
    byte[] compact = SlabCompact.encode(text, text.length % 2 == 0);
    assertThat(SlabCompact.decode(compact)).as(what).isEqualTo(text);
    assertThat(SlabCompact.read(compact)).as(what).isEqualTo(SlabCompact.read(text));
  }

  @Test
  void randomFiles() throws IOException {
    for (long seed = 0; seed < 40; seed++) {
      String text = SlabCompact.randomText(seed, 1 << (seed % 15));
      assertSame(text.getBytes(StandardCharsets.UTF_8), "seed " + seed);
    }
  }

  @Test
  void damagedText() throws IOException {
    byte[] text = SlabCompact.randomText(7, 300).getBytes(StandardCharsets.UTF_8);
    long seed = 99;
    Mutations mutations = new Mutations(seed);
    for (int round = 0; round < 3_000; round++) {
      byte[] changed = mutations.mutate(mutations.mutate(text));
      if (changed.length > 0) {
        assertSame(changed, "seed " + seed + " round " + round);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "k 1 0 1 0 1 8 0 0\n",
        "k 1 0 1 fFf8 1 8 0 0\n",
        "k 1 0 1 0ff8 1 8 0 0\n",
        "k 1 0 1 v1000 1 8 0 0\n",
        "k 1 0 1 ffff888000000000 1 8 0 0\n",
        "k 1 0 1 vffff888000000000 1 8 0 0\n",
        "k 1 0 1 1ffff888000000000 1 8 0 0\n",
        "k 1 0 1 10 2147483647 2147483648 0 0\n",
        "k 1 65536 1 10 1 8 0 0\n",
        "f 1 0 1 10 0",
        "f -5 0 1 10 0\n",
        "f 1 0 1 10 0 \n",
        "f 1 0 1 10 7\n",
        "f 1 0 1 v 0\n",
        "#t0 3.5\nf 1 0 1 10 0\n",
        "c 1 0 1 10 9 0 0\n",
        "d 1 0 1 10 0 0 5\r\n",
        "d 1 0 1 10 0 0\r\n"
      })
  void oddLines(String odd) throws IOException {
    String begin = "#t0 1.0\n#gfp 0 GFP_KERNEL\n#site 0 s\n#cache 0 c 8 8\nf 3 0 1 8 0\n";
    assertSame((begin + odd).getBytes(StandardCharsets.UTF_8), odd);
    assertSame((begin + odd + "f 1 0 1 20 0\n").getBytes(StandardCharsets.UTF_8), odd);
  }

  @Test
  void theExample() throws IOException {
    Path file = Fixtures.example().resolve("ev.S.txt.xz");
    byte[] text = LineReader.readAll(file, "ev.S.txt.xz", 1 << 26);
    byte[] compact = SlabCompact.encode(text, false);
    assertThat(SlabCompact.decode(compact)).isEqualTo(text);
    assertThat(compact.length).isLessThan(text.length / 8);
  }

  @Test
  void everyBitCounts() throws IOException {
    byte[] text = SlabCompact.randomText(3, 60).getBytes(StandardCharsets.UTF_8);
    byte[] compact = SlabCompact.encode(text, false);
    for (int bit = 8 * CompactForm.magicBytes(); bit < 8 * compact.length; bit++) {
      byte[] damaged = compact.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> SlabCompact.read(damaged))
          .as("bit %d", bit)
          .isInstanceOf(RecordingException.class)
          .hasMessageStartingWith("ev.S.qk");
    }
  }

  /** Blocks with right checksums and wrong contents. */
  @Test
  void craftedBlocksAreRefusedOrRead() throws IOException {
    byte[] text = SlabCompact.randomText(5, 200).getBytes(StandardCharsets.UTF_8);
    byte[] compact = SlabCompact.encode(text, false);
    long seed = 11;
    SplittableRandom random = new SplittableRandom(seed);
    int header = CompactForm.headerBytes();
    int refused = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] crafted = compact.clone();
      int length = ByteBuffer.wrap(crafted).order(ByteOrder.LITTLE_ENDIAN).getInt(header + 4);
      for (int change = random.nextInt(1, 4); change > 0; change--) {
        int at = header + BLOCK_HEADER + random.nextInt(length);
        crafted[at] = (byte) random.nextInt(256);
      }
      sign(crafted, header, length);
      try {
        SlabCompact.read(crafted);
      } catch (RecordingException e) {
        refused++;
        assertThat(e.getMessage()).as("seed %d round %d", seed, round).startsWith("ev.S.qk");
      }
    }
    assertThat(refused).isBetween(1_000, 19_999);
  }

  private static void sign(byte[] file, int block, int length) {
    CRC32C crc = new CRC32C();
    crc.update(file, block, 16);
    crc.update(file, block + BLOCK_HEADER, length);
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(block + 16, (int) crc.getValue());
  }
}
