package dev.quarry.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KernelReleaseTest {
  @ParameterizedTest
  @CsvSource({
    "6.18, 6.18",
    "6.8.0-rc3, 6.8",
    "5.10.168, 5.10",
    "5.15.0-46-generic, 5.15",
    "5.7.0-rc6-next-20200521, 5.7",
    "3.10.0-514.6.1.el7.x86_64, 3.10",
    "2.6.24-19-generic, 2.6.24",
    "2.6.18-rc5, 2.6.18",
    "2.6.32.9, 2.6.32",
    "2.6, 2.6",
    "6.19+, 6.19",
  })
  void readsWhatUnamePrints(String text, String release) {
    assertThat(KernelRelease.parse(text)).hasToString(release);
    assertThat(KernelRelease.parse(release)).isEqualTo(KernelRelease.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "6", "linux-6.18", "6.x", "6.18rc1", "1234.1"})
  void refusesWhatDoesNotBeginWithTwoNumbers(String text) {
    assertThatThrownBy(() -> KernelRelease.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"" + text + "\" is not a kernel release");
  }

  @Test
  void comparesAsTheKernelsFollowedEachOther() {
    List<KernelRelease> inOrder =
        Stream.of("2.6", "2.6.9", "2.6.18", "2.6.39", "3.0", "3.10", "4.9", "4.10", "6.2", "6.19")
            .map(KernelRelease::parse)
            .toList();
    for (int i = 0; i < inOrder.size(); i++) {
      for (int j = 0; j < inOrder.size(); j++) {
        KernelRelease a = inOrder.get(i);
        KernelRelease b = inOrder.get(j);
        assertThat(a.isAtLeast(b)).as("%s at least %s", a, b).isEqualTo(i >= j);
        assertThat(a.isAtLeast(b.major(), b.minor()))
            .as("%s at least the first of %d.%d", a, b.major(), b.minor())
            .isEqualTo(i >= j || a.major() == 2 && b.major() == 2);
      }
    }
  }
}
