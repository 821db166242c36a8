package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.machine.KernelRelease;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The bits and names of all releases, against tables read in the kernels' headers. */
class GfpHistoryTest {
  static List<KernelRelease> releases() {
    return GfpTables.releases();
  }

  static List<GfpTables.Printed> printed() {
    return GfpTables.printed();
  }

  @ParameterizedTest
  @MethodSource("releases")
  void eachReleaseHasItsNamesAndNoOthers(KernelRelease release) {
    List<String> known =
        GfpTables.masks().stream()
            .filter(row -> row.covers(release))
            .map(GfpTables.Known::name)
            .toList();
    assertThat(GfpVocabulary.of(release).names()).containsExactlyInAnyOrderElementsOf(known);
  }

  @ParameterizedTest
  @MethodSource("releases")
  void eachNameHasItsMask(KernelRelease release) {
    GfpVocabulary vocabulary = GfpVocabulary.of(release);
    for (GfpTables.Known row : GfpTables.masks()) {
      if (row.covers(release)) {
        int flags = vocabulary.parse(row.name());
        assertThat(vocabulary.toMask(flags))
            .as("%s of %s: 0x%x", row.name(), release, row.mask())
            .isEqualTo(row.mask());
        assertThat(vocabulary.parse("0x" + Long.toHexString(row.mask()))).isEqualTo(flags);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("printed")
  void masksArePrintedAsTheKernelPrintsThem(GfpTables.Printed row) {
    GfpVocabulary vocabulary = GfpVocabulary.of(row.release());
    int flags = vocabulary.fromMask(row.mask());
    assertThat(vocabulary.formatMask(row.mask())).isEqualTo(row.names());
    assertThat(vocabulary.format(flags)).isEqualTo(row.names());
    assertThat(vocabulary.parse(row.names())).isEqualTo(flags);
  }

  /** Every mask and its names in the logs that the project is given, and some of public reports. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "2.6.24-19-generic 0x2d0 GFP_KERNEL|__GFP_NOWARN",
        "3.10.0-514.6.1.el7 0x201da GFP_HIGHUSER_MOVABLE|__GFP_COLD",
        "4.4.114 0x24000c2 GFP_KERNEL|__GFP_HIGHMEM",
        "4.9.0 0x24200d4 GFP_USER|GFP_DMA32|__GFP_RECLAIMABLE",
        "4.9.0 0x24280ca GFP_HIGHUSER_MOVABLE|__GFP_ZERO",
        "4.9.56 0x2084020 GFP_ATOMIC|__GFP_COMP",
        "4.15.0-108-generic 0x15000c0 GFP_KERNEL_ACCOUNT",
        "4.18.0 0x480020 GFP_ATOMIC",
        "5.3.0-rc1 0x100dca GFP_HIGHUSER_MOVABLE|__GFP_ZERO",
        "5.4.26 0xa20 GFP_ATOMIC",
        "5.6.0-rc5 0x100dca GFP_HIGHUSER_MOVABLE|__GFP_ZERO",
        "5.7.0-rc3-next-20200430 0x101cc0 GFP_USER|__GFP_WRITE",
        "5.7.0-rc6-next-20200519 0x101cc0 GFP_USER|__GFP_WRITE",
        "5.10.168 0x40dc0 GFP_KERNEL|__GFP_COMP|__GFP_ZERO",
        "5.13.14 0x40a20 GFP_ATOMIC|__GFP_COMP",
        "5.15.0-46-generic 0x104dc4 GFP_USER|GFP_DMA32|__GFP_RETRY_MAYFAIL|__GFP_ZERO",
        "5.19.0-1-amd64 0x40c40 GFP_NOFS|__GFP_COMP",
        "6.3.1 0xcc2 GFP_KERNEL|__GFP_HIGHMEM",
        "6.6.0-rc2 0xcc0 GFP_KERNEL",
        "6.8.0-rc3 0x40c00 GFP_NOIO|__GFP_COMP",
        "6.8.0-rc5 0xcc0 GFP_KERNEL",
        "6.8.0 0x820 GFP_ATOMIC",
        "6.10.0-rc1 0x40cc0 GFP_KERNEL|__GFP_COMP",
        "6.16.0-rc2 0xc04 GFP_NOIO|GFP_DMA32",
        "6.16.9 0x140dca GFP_HIGHUSER_MOVABLE|__GFP_ZERO|__GFP_COMP",
        "6.17.0 0x40c40 GFP_NOFS|__GFP_COMP",
        "6.19.0-rc5 0xc0c40 GFP_NOFS|__GFP_COMP|__GFP_NOMEMALLOC",
      })
  void masksOfLogsReadAsTheLogsPrintThem(String release, String mask, String names) {
    GfpVocabulary vocabulary = GfpVocabulary.of(KernelRelease.parse(release));
    int flags = vocabulary.parse(mask);
    assertThat(vocabulary.format(flags)).isEqualTo(names);
    assertThat(vocabulary.parse(names)).isEqualTo(flags);
    assertThat(vocabulary.parse(mask + "(" + names + ")")).isEqualTo(flags);
    assertThat("0x" + Long.toHexString(vocabulary.toMask(flags))).isEqualTo(mask);
  }

  /** No bit is lost or shared: a mask of any of an era's bits comes back from flags and names. */
  @Test
  void anyMaskOfAnEraComesBack() {
    long seed = 4_711;
    Random random = new Random(seed);
    for (GfpEra era : GfpHistory.ERAS) {
      GfpVocabulary vocabulary = GfpVocabulary.of(era.since());
      List<Long> bits = era.bits().stream().map(GfpEra.Word::mask).toList();
      long all = bits.stream().mapToLong(bit -> bit).sum();
      bits.forEach(bit -> expectComesBack(vocabulary, bit, era, seed));
      for (int i = 0; i < 200; i++) {
        expectComesBack(vocabulary, random.nextLong() & all, era, seed);
      }
    }
  }

  private static void expectComesBack(GfpVocabulary vocabulary, long mask, GfpEra era, long seed) {
    int flags = vocabulary.fromMask(mask);
    assertThat(vocabulary.toMask(flags))
        .as("0x%x of %s, seed %d", mask, era.since(), seed)
        .isEqualTo(mask);
    // In kernels built for KASAN's tags, GFP_HIGHUSER_MOVABLE stands for its bits as well.
    String names = vocabulary.format(flags);
    long hidden =
        era.composites().stream()
            .filter(word -> List.of(names.split("\\|")).contains(word.name()))
            .mapToLong(GfpEra.Word::takesToo)
            .reduce(0, (a, b) -> a | b);
    int shown = vocabulary.fromMask(mask & ~hidden);
    assertThat(vocabulary.parse(names)).as("%s of %s", names, era.since()).isEqualTo(shown);
  }

  @Test
  void erasFollowEachOtherAndEveryReleaseHasOne() {
    assertThat(GfpHistory.ERAS).extracting(GfpEra::since).isSorted().doesNotHaveDuplicates();
    assertThat(GfpEra.of(new KernelRelease(2, 6, 9))).isSameAs(GfpHistory.ERAS.getFirst());
    assertThat(GfpEra.of(new KernelRelease(7, 0))).isSameAs(GfpHistory.ERAS.getLast());
    assertThat(GfpEra.of(new KernelRelease(4, 3)).since()).hasToString("4.1");
    assertThat(GfpEra.of(new KernelRelease(4, 4)).since()).hasToString("4.4");
  }
}
