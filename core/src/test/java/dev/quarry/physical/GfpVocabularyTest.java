package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.machine.KernelRelease;
import dev.quarry.machine.ZoneType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What names and masks of a release mean to the allocator, and what is said of wrong ones. */
class GfpVocabularyTest {
  private static GfpVocabulary of(String release) {
    return GfpVocabulary.of(KernelRelease.parse(release));
  }

  @ParameterizedTest
  @CsvSource({
    // __GFP_WAIT was both halves of what __GFP_RECLAIM has been since 4.4.
    "2.6.32, GFP_KERNEL, true, true",
    "2.6.32, GFP_ATOMIC, false, true",
    "2.6.32, GFP_NOWAIT, false, true",
    "2.6.32, 0x0, false, true",
    "3.10, __GFP_HIGH, false, true",
    "3.10, GFP_TRANSHUGE, true, false",
    "3.10, __GFP_NO_KSWAPD|__GFP_IO, false, false",
    "4.4, GFP_TRANSHUGE, true, false",
    "4.4, __GFP_HIGH, false, false",
    "4.6, GFP_TRANSHUGE, false, false",
    "5.10, GFP_ATOMIC, false, true",
    "5.10, GFP_NOWAIT, false, true",
    "6.18, GFP_NOFS, true, true",
    "6.18, __GFP_DIRECT_RECLAIM, true, false",
  })
  void reclaimIsAskedForAsInTheRelease(
      String release, String text, boolean direct, boolean kswapd) {
    int flags = of(release).parse(text);
    assertThat((flags & Gfp.DIRECT_RECLAIM) != 0).isEqualTo(direct);
    assertThat((flags & Gfp.KSWAPD_RECLAIM) != 0).isEqualTo(kswapd);
  }

  @ParameterizedTest
  @CsvSource({
    "2.6.22, GFP_ATOMIC, 0x20",
    "4.3, GFP_ATOMIC, 0x20",
    "4.4, GFP_ATOMIC, 0x2080020",
    "5.10, GFP_ATOMIC, 0xa20",
    "6.2, GFP_ATOMIC, 0xa20",
    "6.3, GFP_ATOMIC, 0x820",
    "4.3, GFP_HIGHUSER_MOVABLE, 0x200da",
    "5.12, GFP_HIGHUSER_MOVABLE, 0x100cca",
    "5.14, GFP_HIGHUSER_MOVABLE, 0x1100cca",
    "5.17, GFP_TRANSHUGE_LIGHT, 0x11c20ca",
    "6.18, GFP_HIGHUSER_MOVABLE, 0x100cca",
    "4.3, GFP_KERNEL, 0xd0",
  })
  void constantsOf618AreAdopted(String release, String name, String mask) {
    GfpVocabulary vocabulary = of(release);
    int constant = of("6.18").parse(name);
    int adopted = vocabulary.adopt(constant);
    assertThat("0x" + Long.toHexString(vocabulary.toMask(adopted))).isEqualTo(mask);
    assertThat(vocabulary.format(adopted)).isEqualTo(name);
  }

  @Test
  void whatCannotBeAtomicIsNotMadeAtomic() {
    for (int flags : List.of(Gfp.GFP_KERNEL | Gfp.HIGH, Gfp.GFP_NOWAIT, Gfp.HIGH, 0)) {
      assertThat(of("5.10").adopt(flags)).isEqualTo(flags);
    }
  }

  @Test
  void flagsThatAReleaseDoesNotHaveAreLeftOut() {
    assertThat(of("3.10").toMask(Gfp.GFP_KERNEL | Gfp.ZEROTAGS)).isEqualTo(0xd0);
    assertThat(of("2.6.18").toMask(Gfp.GFP_HIGHUSER_MOVABLE)).isEqualTo(0x200d2);
    assertThat(of("6.18").toMask(Gfp.GFP_ATOMIC | Gfp.ATOMIC | Gfp.COLD)).isEqualTo(0x820);
    assertThat(of("6.18").fromMask(0x8000_0cc0L)).isEqualTo(Gfp.GFP_KERNEL);
    assertThat(of("6.18").formatMask(0x8000_0cc0L)).isEqualTo("GFP_KERNEL|0x80000000");
  }

  /** Up to 4.5 tracepoints print __GFP_WAIT as GFP_WAIT; names of the header come first. */
  @Test
  void namesOfOldTracepointsAreRead() {
    assertThat(of("3.10").parse("GFP_WAIT|GFP_IO|GFP_ZERO"))
        .isEqualTo(of("3.10").parse("__GFP_WAIT|__GFP_IO|__GFP_ZERO"));
    assertThat(of("4.4").parse("GFP_ATOMIC")).isEqualTo(of("4.4").fromMask(0x2080020));
    assertThatThrownBy(() -> of("4.6").parse("GFP_ZERO")).hasMessageContaining("__GFP_ZERO");
  }

  @Test
  void namesWithoutABitInThisBuildAreReadAsNothing() {
    assertThat(of("6.18").parse("GFP_KERNEL|__GFP_NOLOCKDEP")).isEqualTo(Gfp.GFP_KERNEL);
    assertThat(of("6.18").parse("none")).isZero();
    assertThat(of("6.18").format(0)).isEqualTo("none");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "6.18~GFP_KERNAL~\"GFP_KERNAL\" is not a GFP name of Linux 6.18; did you mean GFP_KERNEL?",
        "6.18~gfp_atomic~\"gfp_atomic\" is not a GFP name of Linux 6.18; did you mean GFP_ATOMIC?",
        "5.10~GFP_NOFS|__GFP_COMB~\"__GFP_COMB\" in \"GFP_NOFS|__GFP_COMB\" is not a GFP name of"
            + " Linux 5.10; did you mean __GFP_COMP?",
        "6.18~__GFP_WAIT~\"__GFP_WAIT\" is a GFP name of Linux from 2.6.18 until before 4.4, not of"
            + " 6.18",
        "4.3~__GFP_NO_OBJ_EXT~\"__GFP_NO_OBJ_EXT\" is a GFP name of Linux since 6.10, not of 4.3",
        "6.18~GFP_KERNEL|~a GFP name is missing in \"GFP_KERNEL|\"",
        "6.18~0xcg0~\"0xcg0\" is not a hexadecimal mask",
      })
  void wrongNamesAreExplained(String release, String text, String message) {
    assertThatThrownBy(() -> of(release).parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void aVeryLongWordIsRefusedShortly() {
    String word = "GFP_".repeat(100_000);
    assertThatThrownBy(() -> of("6.18").parse(word))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .hasSizeLessThan(300);
  }

  @ParameterizedTest
  @CsvSource({
    "2.6.28, 0xd0, UNMOVABLE",
    "2.6.28, 0x1200d2, MOVABLE",
    "2.6.28, 0x800d0, RECLAIMABLE",
    "2.6.31, 0x200da, MOVABLE",
    "4.3, 0x800d0, RECLAIMABLE",
    "4.4, 0x24000d0, RECLAIMABLE",
    "5.10, 0x100cca, MOVABLE",
    "6.18, 0xcd0, RECLAIMABLE",
    // Both bits mean nothing: the kernel warns, and the pages are taken for reclaimable.
    "6.18, 0xcd8, RECLAIMABLE",
  })
  void migrateTypeByMask(String release, String mask, String type) {
    int expected =
        switch (type) {
          case "MOVABLE" -> MigrateType.MOVABLE;
          case "RECLAIMABLE" -> MigrateType.RECLAIMABLE;
          default -> MigrateType.UNMOVABLE;
        };
    assertThat(Gfp.migrateType(of(release).parse(mask))).isEqualTo(expected);
  }

  /** GFP_ZONE_TABLE and GFP_ZONE_BAD (include/linux/gfp.h), each of the sixteen combinations. */
  @ParameterizedTest
  @CsvSource({
    "'DMA DMA32 NORMAL MOVABLE', '2 0 2 - 1 - - - 2 0 3 - 1 - - -'",
    "'DMA NORMAL HIGHMEM MOVABLE', '1 0 2 - 1 - - - 1 0 3 - 1 - - -'",
    "'DMA NORMAL HIGHMEM', '1 0 2 - 1 - - - 1 0 2 - 1 - - -'",
    "'NORMAL', '0 0 0 - 0 - - - 0 0 0 - 0 - - -'",
    "'DMA32 NORMAL MOVABLE DEVICE', '1 1 1 - 0 - - - 1 1 2 - 0 - - -'",
  })
  void zoneIndexByMask(String built, String indexes) {
    List<ZoneType> types = List.of(built.split(" ")).stream().map(ZoneType::valueOf).toList();
    byte[] table = Gfp.zoneIndexTable(types);
    String[] expected = indexes.split(" ");
    assertThat(table).hasSize(expected.length);
    for (int bits = 0; bits < table.length; bits++) {
      byte index = expected[bits].equals("-") ? Gfp.BAD_ZONE : Byte.parseByte(expected[bits]);
      assertThat(table[bits]).as("zone bits 0x%x of %s", bits, built).isEqualTo(index);
    }
  }
}
