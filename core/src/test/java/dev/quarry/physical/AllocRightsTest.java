package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.machine.KernelRelease;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code gfp_to_alloc_flags()} as it was in each release. */
class AllocRightsTest {
  /** H: ALLOC_HIGH, N: ALLOC_HARDER or NON_BLOCK, A: reserved blocks, C: bound by its cpuset. */
  @ParameterizedTest
  @CsvSource({
    // Whoever cannot wait may try harder; since 2.6.38 not with __GFP_NOMEMALLOC.
    "2.6.18, GFP_KERNEL, 0, C",
    "2.6.18, GFP_ATOMIC, 0, HN",
    "2.6.18, GFP_NOWAIT, 2, N",
    "2.6.37, GFP_ATOMIC|__GFP_NOMEMALLOC, 0, HN",
    "2.6.38, GFP_ATOMIC|__GFP_NOMEMALLOC, 0, H",
    "2.6.38, GFP_KERNEL|__GFP_HIGH, 0, HC",
    // Since 3.16 a request without kswapd is not atomic.
    "3.15, __GFP_NO_KSWAPD|__GFP_HIGH, 0, HN",
    "3.16, __GFP_NO_KSWAPD|__GFP_HIGH, 0, HC",
    "4.3, GFP_ATOMIC, 3, HN",
    // From 4.4 to 6.2 __GFP_ATOMIC makes the difference.
    "4.4, GFP_ATOMIC, 0, HN",
    "4.4, GFP_ATOMIC, 3, HNA",
    "4.4, GFP_NOWAIT, 3, C",
    "4.4, GFP_ATOMIC|__GFP_NOMEMALLOC, 3, H",
    "4.4, GFP_NOWAIT|__GFP_ATOMIC, 1, NA",
    "6.2, GFP_ATOMIC, 1, HNA",
    "6.2, GFP_NOWAIT, 1, C",
    "6.2, GFP_KERNEL|__GFP_HIGH, 1, HC",
    // Since 6.3 who cannot wait has rights of its own, few without __GFP_HIGH.
    "6.3, GFP_NOWAIT, 0, NC",
    "6.3, GFP_NOWAIT, 1, NAC",
    "6.17, GFP_NOWAIT, 1, NAC",
    "6.18, GFP_NOWAIT, 1, NC",
    "6.18, GFP_ATOMIC, 1, HNA",
    "6.18, GFP_ATOMIC, 0, HN",
    "6.18, GFP_ATOMIC|__GFP_NOMEMALLOC, 1, H",
    "6.19, GFP_KERNEL, 4, C",
  })
  void rightsOfARequest(String release, String mask, int order, String rights) {
    KernelRelease kernel = KernelRelease.parse(release);
    int gfp = GfpVocabulary.of(kernel).parse(mask);
    assertThat(letters(AllocRules.of(kernel).allocFlags(gfp, order))).isEqualTo(rights);
  }

  /** A constant of 6.18 has the rights that the release gives to its own composite. */
  @ParameterizedTest
  @CsvSource({"2.6.18", "3.10", "4.3", "4.4", "4.19", "5.10", "6.2", "6.3", "6.18"})
  void constantsHaveTheRightsOfTheReleasesComposites(String release) {
    KernelRelease kernel = KernelRelease.parse(release);
    AllocRules rules = AllocRules.of(kernel);
    GfpVocabulary vocabulary = GfpVocabulary.of(kernel);
    List<String> names = List.of("GFP_ATOMIC", "GFP_NOWAIT", "GFP_KERNEL", "GFP_NOFS");
    for (String name : names) {
      int constant = GfpVocabulary.of(KernelRelease.DEFAULT).parse(name);
      for (int order : new int[] {0, 1}) {
        assertThat(letters(rules.allocFlags(constant, order)))
            .as("%s of order %d in %s", name, order, release)
            .isEqualTo(letters(rules.allocFlags(vocabulary.parse(name), order)));
      }
    }
  }

  private static String letters(int flags) {
    List<String> letters = new ArrayList<>();
    add(letters, "H", flags, AllocFlags.MIN_RESERVE);
    add(letters, "N", flags, AllocFlags.NON_BLOCK);
    add(letters, "A", flags, AllocFlags.HIGHATOMIC);
    add(letters, "C", flags, AllocFlags.CPUSET);
    return String.join("", letters);
  }

  private static void add(List<String> letters, String letter, int flags, int right) {
    if ((flags & right) != 0) {
      letters.add(letter);
    }
  }
}
