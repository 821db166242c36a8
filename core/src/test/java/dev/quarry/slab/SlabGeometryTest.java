package dev.quarry.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Orders, colours and places of descriptors, beside what the rules give when worked by hand. */
class SlabGeometryTest {
  /** 4 KiB pages, order 1 taken as it comes, the waste at most an eighth, lines of 64 bytes. */
  private static final SlabRules RULES = new SlabRules(12, 10, 1, 8, 1, 64, 256);

  /**
   * On the slab: the descriptor of 144 bytes, 2 bytes for each object, rounded up to the alignment.
   * 4096 = 384 + 116 * 32; 4096 = 224 + 40 * 96 + 32; 300 -> 304: 4096 = 168 + 12 * 304 + 280: four
   * colours beside the first. Off the slab from 512 bytes on, unless the rest holds the descriptor:
   * 1184 -> 1216 with lines: 3 * 1216 = 3648, rest 448 >= 192.
   */
  @ParameterizedTest
  @CsvSource({
    // size, align, flags -> size, order, num, colours, off-slab, management, left over
    "32,   32,  0, 32,   0, 116, 0, false, 384, 0",
    "96,   32,  0, 96,   0, 40,  0, false, 224, 32",
    "300,  0,   0, 304,  0, 12,  4, false, 168, 280",
    "500,  0,   0, 504,  0, 7,   6, false, 160, 408",
    "512,  512, 0, 512,  0, 8,   0, true,  160, 0",
    "1184, 64,  0, 1216, 0, 3,   4, false, 192, 256",
    "2048, 0,   0, 2048, 0, 2,   0, true,  148, 0",
    "4096, 0,   0, 4096, 0, 1,   0, true,  146, 0",
    // 3000: one object wastes 1096 of 4096, more than an eighth; order 1 holds two, wastes 2192,
    // and is taken as it comes; the rest holds the descriptor: 2192 - 152 = 2040 = 31 * 64 + 56
    "3000, 0,   0, 3000, 1, 2,   31, false, 152, 2040",
    // reclaimable: order 0 whatever it wastes
    "3000, 0,   131072, 3000, 0, 1, 14, false, 152, 944",
    "65536, 0,  0, 65536, 4, 1,  0, true,  146, 0",
  })
  void shapesAreAsWorkedByHand(
      int asked,
      int align,
      int flags,
      int size,
      int order,
      int num,
      int colours,
      boolean offSlab,
      int management,
      int leftOver) {
    CacheSpec spec = CacheSpec.of("test", asked).aligned(align).with(flags);
    SlabGeometry shape = SlabGeometry.of(spec, RULES);
    assertThat(
            new int[] {
              shape.size(), shape.order(), shape.num(), shape.colours(), shape.managementBytes()
            })
        .containsExactly(size, order, num, colours, management);
    assertThat(shape.offSlab()).isEqualTo(offSlab);
    assertThat(shape.leftOver()).isEqualTo(leftOver);
  }

  /** The equation of a slab's bytes, for all sizes and some alignments and flags. */
  @Test
  void bytesAddUpForAllShapes() {
    int[] flags = {
      0,
      SlabFlags.HWCACHE_ALIGN,
      SlabFlags.DEBUG,
      SlabFlags.RED_ZONE,
      SlabFlags.STORE_USER | SlabFlags.RECLAIM_ACCOUNT
    };
    for (int size = 8; size <= 20_000; size += size < 1_000 ? 1 : 37) {
      for (int align = 0; align <= 4096; align = align == 0 ? 8 : 4 * align) {
        for (int flag : flags) {
          SlabGeometry shape =
              SlabGeometry.of(CacheSpec.of("test", size).aligned(align).with(flag), RULES);
          int management = shape.offSlab() ? 0 : shape.managementBytes();
          assertThat(management + shape.num() * shape.size() + shape.leftOver())
              .as("%s", shape)
              .isEqualTo(4096 << shape.order());
          assertThat(shape.num()).isPositive();
          assertThat(shape.leftOver()).isNotNegative();
          assertThat(shape.size() % shape.align()).isZero();
          assertThat(shape.objectOffset() % shape.align()).isZero();
          assertThat(shape.align()).isGreaterThanOrEqualTo(Math.max(8, align));
          assertThat(shape.colours()).isEqualTo(shape.leftOver() / shape.colourStep());
        }
      }
    }
  }

  /** Small objects share a line evenly, so that none lies in two. */
  @ParameterizedTest
  @CsvSource({"8, 8", "16, 16", "20, 32", "33, 64", "65, 64"})
  void hardwareAlignmentHalvesLines(int size, int align) {
    CacheSpec spec = CacheSpec.of("test", size).with(SlabFlags.HWCACHE_ALIGN);
    assertThat(SlabGeometry.of(spec, RULES).align()).isEqualTo(align);
  }

  @Test
  void anObjectLargerThanTheLargestSlabIsRefused() {
    SlabRules small = new SlabRules(12, 1, 0, 8, 1, 64, 256);
    assertThat(SlabGeometry.of(CacheSpec.of("fits", 8192), small).order()).isEqualTo(1);
    assertThatThrownBy(() -> SlabGeometry.of(CacheSpec.of("big", 8200), small))
        .isInstanceOf(CacheException.class)
        .hasMessage(
            "cache big: an object of 8200 bytes takes 8200, more than the 8192 of the"
                + " largest slab");
  }
}
