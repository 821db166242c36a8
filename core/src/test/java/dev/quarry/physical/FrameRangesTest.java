package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Sets of frames as ranges against sets of frames as bits. */
class FrameRangesTest {
  private static final int FRAMES = 40;

  private static FrameRanges ranges(BitSet bits) {
    int[] bounds = new int[2 * FRAMES];
    int n = 0;
    for (int from = bits.nextSetBit(0); from >= 0; from = bits.nextSetBit(bounds[n - 1])) {
      bounds[n++] = from;
      bounds[n++] = bits.nextClearBit(from);
    }
    return FrameRanges.of(Arrays.copyOf(bounds, n));
  }

  private static BitSet random(Random random) {
    BitSet bits = new BitSet();
    for (int n = random.nextInt(6); n > 0; n--) {
      int from = random.nextInt(FRAMES);
      bits.set(from, from + random.nextInt(FRAMES - from + 1));
    }
    return bits;
  }

  private static void expect(FrameRanges ranges, BitSet bits, String context) {
    for (int pfn = 0; pfn < FRAMES; pfn++) {
      assertThat(ranges.contains(pfn)).as("%s: frame %d", context, pfn).isEqualTo(bits.get(pfn));
    }
    assertThat(ranges.frames()).as(context).isEqualTo(bits.cardinality());
    for (int i = 0; i < ranges.count(); i++) {
      assertThat(ranges.start(i)).isLessThan(ranges.end(i));
      assertThat(i == 0 || ranges.start(i) > ranges.end(i - 1)).as("%s: joined", context).isTrue();
    }
  }

  @Test
  void setOperationsAgreeWithBits() {
    Random random = new Random(99);
    for (int i = 0; i < 20_000; i++) {
      BitSet left = random(random);
      BitSet right = random(random);
      String context = left + " and " + right;
      expect(ranges(left), left, context);
      BitSet minus = (BitSet) left.clone();
      minus.andNot(right);
      expect(ranges(left).minus(ranges(right)), minus, context + ", minus");
      int start = random.nextInt(FRAMES);
      int end = start + random.nextInt(FRAMES - start);
      BitSet inside = (BitSet) left.clone();
      inside.clear(0, start);
      inside.clear(end, FRAMES + 1);
      expect(ranges(left).within(start, end), inside, context + ", within");
    }
  }

  @Test
  void touchingRangesAreJoinedAndOverlappingOnesRefused() {
    FrameRanges ranges = FrameRanges.of(0, 4, 4, 4, 4, 8, 10, 12);
    assertThat(ranges.count()).isEqualTo(2);
    assertThat(ranges.end(0)).isEqualTo(8);
    assertThatThrownBy(() -> FrameRanges.of(0, 4, 3, 8))
        .hasMessageContaining("range at frame 3 begins before frame 4");
  }
}
