package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** By hand, from the formulas of mm/vmstat.c. */
class FragmentationIndexTest {
  @Test
  void theShareInSmallerBlocksIsUnusable() {
    long[] blocks = {4, 2, 0, 1}; // 4 + 4 + 8 pages
    assertThat(FragmentationIndex.unusable(blocks, 0)).isZero();
    assertThat(FragmentationIndex.unusable(blocks, 1)).isEqualTo(250);
    assertThat(FragmentationIndex.unusable(blocks, 2)).isEqualTo(500);
    assertThat(FragmentationIndex.unusable(blocks, 3)).isEqualTo(500);
    assertThat(FragmentationIndex.unusable(new long[4], 0)).isEqualTo(1000);
  }

  @Test
  void aFailureIsForFragmentationTheFewerPagesAreMissing() {
    assertThat(FragmentationIndex.external(new long[] {4, 2, 0, 1}, 3))
        .isEqualTo(FragmentationIndex.SUITABLE);
    // 16 pages in 16 blocks; order 3 wants 8: 1000 - (1000 + 16000 / 8) / 16.
    assertThat(FragmentationIndex.external(new long[] {16, 0, 0, 0}, 3)).isEqualTo(813);
    // 2 pages in 2 blocks: 1000 - (1000 + 2000 / 8) / 2, lack of memory.
    assertThat(FragmentationIndex.external(new long[] {2, 0, 0, 0}, 3)).isEqualTo(375);
    assertThat(FragmentationIndex.external(new long[4], 3)).isZero();
  }
}
