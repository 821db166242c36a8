package dev.quarry.replay.refs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.replay.html.RefReport;
import dev.quarry.replay.read.Fixtures;
import dev.quarry.virtual.tlb.TlbStats;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** References played through a process. */
class RefReplayTest {
  @ParameterizedTest
  @CsvSource({
    "ls,787192,581866,143603,59409,2314,133,138",
    "gzip,8000000,5923249,1394224,621936,60591,75,148"
  })
  void realRecordingsGiveTheirTotals(
      String name,
      long all,
      long code,
      long loads,
      long stores,
      long both,
      long codePages,
      long dataPages) {
    Optional<Path> file = Fixtures.shared("L/" + name + ".txt.xz");
    Assumptions.assumeTrue(file.isPresent(), "../shared/traces is not here");
    RefResult result = RefFiles.play(RefFiles.open(file.orElseThrow(), false));
    assertThat(result.references()).isEqualTo(all);
    assertThat(result.totals()).containsExactly(code, loads, stores, both);
    assertThat(result.pages().get(3)).isEqualTo(codePages);
    assertThat(result.pages().get(0)).isEqualTo(codePages + dataPages);
    assertThat(result.wrongLines()).as("%s", result.problems()).isZero();
    assertThat(result.invariants()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"usual", "off", "mips", "64/4", "1/1+16/4"})
  void allThatIsCountedAddsUp(String tlb) {
    RefResult result = RefFiles.play(RefFiles.open(RefFiles.example(), true), "tlb=" + tlb);
    assertThat(result.invariants()).isEmpty();
    assertThat(result.faults().total()).isGreaterThanOrEqualTo(result.pages().getFirst());
    assertThat(result.dirtyPages()).isEqualTo(result.pages().get(2));
    assertThat(result.accessedPages()).isEqualTo(result.pages().getFirst());
    TlbStats stats = result.tlb();
    assertThat(stats == null).isEqualTo(tlb.equals("off"));
    if (stats != null) {
      long lookups = stats.accesses(TlbStats.FETCH) + stats.accesses(TlbStats.DATA);
      // An access that ends in a fault is made again, some after an area was made for it.
      assertThat(lookups - result.crossings()).isEqualTo(result.references() + stats.refused());
    }
  }

  @Test
  void shortcutsChangeNothing() {
    String text = RefFiles.random(new Random(3), 5_000);
    for (String tlb : new String[] {"8/2", "l1i:4/2+l1d:8/8+l2:32/4"}) {
      RefResult whole = RefFiles.play(RefFiles.read(text), "tlb=" + tlb);
      // The same with each run as single instructions.
      StringBuilder single = new StringBuilder();
      for (String line : text.split("\n")) {
        String[] words = line.split(" ");
        int count = line.startsWith("I") ? Integer.parseInt(words[3]) : 1;
        for (int i = 0; i < count && line.startsWith("I"); i++) {
          long address = Long.parseLong(words[1], 16) + 3L * i;
          single.append("I ").append(Long.toHexString(address)).append(" 1 1\n");
        }
        single.append(line.startsWith("I") ? "" : line + "\n");
      }
      RefResult parts = RefFiles.play(RefFiles.read(single.toString()), "tlb=" + tlb);
      TlbStats left = Objects.requireNonNull(whole.tlb());
      TlbStats right = Objects.requireNonNull(parts.tlb());
      assertThat(left.misses(TlbStats.DATA)).isEqualTo(right.misses(TlbStats.DATA));
      assertThat(whole.faults().total()).isEqualTo(parts.faults().total());
      assertThat(whole.totals()).isEqualTo(parts.totals());
    }
  }

  @Test
  void largePagesFaultLessAndTakeMore() {
    RefResult small = RefFiles.play(RefFiles.open(RefFiles.example(), true));
    RefResult large = RefFiles.play(RefFiles.open(RefFiles.example(), true), "pages=2M");
    assertThat(large.faults().total()).isLessThan(small.faults().total() / 10);
    assertThat(large.residentPages()).isGreaterThan(small.residentPages());
    assertThat(Objects.requireNonNull(large.tlb()).walks())
        .isLessThan(Objects.requireNonNull(small.tlb()).walks() / 10);
  }

  @Test
  void aPageThatIsUsedInTwoWaysGetsBothRights() {
    RefResult result = RefFiles.play(RefFiles.read("L 1000 8\nI 1000 3 1\nS 1000 8\nS 9000 1\n"));
    assertThat(result.widened()).isEqualTo(1);
    assertThat(result.pages()).containsExactly(2L, 1L, 2L, 1L);
    assertThat(result.invariants()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tlb=3",
        "x=1",
        "pages=3M",
        "replacement=fifo",
        "walkcache=x",
        "tlb",
        "tlb=9999999/1"
      })
  void wrongSettingsAreRefused(String setting) {
    assertThatThrownBy(() -> RefSettings.of(java.util.List.of(setting)))
        .isInstanceOf(RefException.class)
        .hasMessageContaining(setting);
  }

  @Test
  void thePageHasItsDataAndNoMarks() {
    RefResult result = RefFiles.play(RefFiles.open(RefFiles.example(), true));
    String page = RefReport.of(result);
    assertThat(page).isEqualTo(RefReport.of(result)).doesNotContain("@@");
    assertThat(page).contains("\"workingSet\":[");
    assertThat(RefJson.of(result)).contains("\"references\" : 1355014");
  }
}
