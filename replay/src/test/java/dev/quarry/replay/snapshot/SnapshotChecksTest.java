package dev.quarry.replay.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.replay.read.Fixtures;
import dev.quarry.replay.read.RecordingException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SnapshotChecksTest {
  @TempDir Path folder;

  @Test
  void aSoundSnapshotHasNoFindings() {
    assertThat(SnapshotChecks.check(Snapshot.read(Fixtures.tiny().resolve("before")))).isEmpty();
  }

  private List<Finding> after(String file, String old, String wrong) throws IOException {
    Path copy = Fixtures.copyTiny(folder).resolve("before");
    Fixtures.replace(copy.resolve(file), old, wrong);
    return SnapshotChecks.check(Snapshot.read(copy));
  }

  @ParameterizedTest(name = "{0}: {3}")
  @CsvSource(
      value = {
        "exact.txt | 1401 1405 1403 | 1401 1405 1401 | exact.txt:8: pfn 5121 (0x1401) of order 0"
            + " has frame 5121, which is on a list already",
        "exact.txt | 140a 1406 | 1404 1406 | exact.txt:11: pfn 5124 (0x1404) of order 1 has frame"
            + " 5125, which is on a list already",
        "exact.txt | 1451 1450 | 1c07 1450 | exact.txt:25: pfn 7175 (0x1c07) of order 0 has frame"
            + " 7175, which is on a list already",
        "exact.txt | : 1c00 | : 1c01 | exact.txt:20: pfn 7169 (0x1c01) of order 10 does not begin"
            + " at a multiple of 1024",
        "exact.txt | : 1500 | : 0f00 | exact.txt:18: pfn 3840 (0xf00) of order 8 is outside of zone"
            + " DMA32, frames 4096 to 8191",
        "exact.txt | free DMA32 10 1 | free DMA32 12 1 | exact.txt:20: order 12 is above the"
            + " machine's largest order 10",
        "exact.txt | free DMA32 10 1 | free DMA32 10 7 | exact.txt:20: migrate type 7 is above the"
            + " kernel's last, 4",
        "exact.txt | start=1000 | start=2000 | exact.txt:3: zone DMA32 begins at frame 8192;"
            + " zoneinfo says 4096",
        "exact.txt | 102d 102b | 1023 102b | exact.txt:7: pfn 4131 (0x1023) of order 0 has frame"
            + " 4131, which is of class R and never free",
        "free_blocks.txt | 9: 200 | 9: 300 | free_blocks.txt:3: pfn 768 (0x300) of order 9 does not"
            + " begin at a multiple of 512",
        "buddyinfo | DMA32      8 | DMA32   4000 | buddyinfo:2: node 0 zone DMA32 has 6050 free"
            + " pages; zoneinfo manages 4056",
        "zoneinfo | present  3998 | present  4998 | zoneinfo:1: node 0 zone DMA has 4998 pages"
            + " present and spans 4095",
        "zoneinfo | managed  4056 | managed  4097 | zoneinfo:46: node 0 zone DMA32 manages 4097"
            + " pages of 4096 present",
        "zoneinfo | spanned  4095 | spanned  4097 | zoneinfo:46: node 0 zone DMA32 begins at frame"
            + " 4096 and overlaps node 0 zone DMA, frames 1 to 4097",
      },
      delimiter = '|')
  void whatNoMachineCanHaveIsFatal(String file, String old, String wrong, String message)
      throws IOException {
    List<Finding> findings = after(file, old, wrong);
    assertThat(findings).filteredOn(Finding::isFatal).isNotEmpty();
    assertThat(findings.stream().filter(Finding::isFatal).findFirst().orElseThrow())
        .hasToString("before/" + message);
    Path copy = folder.resolve("tiny/before");
    assertThatThrownBy(() -> SnapshotChecks.requireUsable(Snapshot.read(copy)))
        .isInstanceOf(RecordingException.class)
        .hasMessageStartingWith("before/" + message);
  }

  @ParameterizedTest(name = "{0}: {3}")
  @CsvSource(
      value = {
        "exact.txt | 1401 1405 1403 | 1401 1405 | exact.txt:3: node 0 zone DMA32: exact and"
            + " buddyinfo differ by 1 blocks; order 0: 7 and 8",
        "exact.txt | count=515 | count=517 | exact.txt:27: zone DMA32 CPU 1: the lists have 515"
            + " pages, the count is 517",
        "exact.txt | 02111111 | 12111111 | pagetypeinfo:18: node 0 zone DMA32 has 1 pageblocks of"
            + " type Unmovable; exact has 0",
        "free_blocks.txt | 1: 1030 | 1: 1032 1030 | buddyinfo:2: node 0 zone DMA32: free_blocks and"
            + " buddyinfo differ by 1 blocks; order 1: 4 and 3",
        "pagetypeinfo | Reclaimable      2 | Reclaimable      3 | pagetypeinfo:14: node 0 zone"
            + " DMA32: pagetypeinfo and buddyinfo differ by 1 blocks; order 0: 9 and 8",
        "zoneinfo | low      112 | low      12 | zoneinfo:46: node 0 zone DMA32 has watermarks that"
            + " do not rise: min 90, low 12, high 134",
      },
      delimiter = '|')
  void whatMayComeFromDifferentInstantsIsANote(
      String file, String old, String wrong, String message) throws IOException {
    List<Finding> findings = after(file, old, wrong);
    assertThat(findings).noneMatch(Finding::isFatal);
    assertThat(findings).extracting(Finding::toString).contains("before/" + message);
    assertThat(SnapshotChecks.requireUsable(Snapshot.read(folder.resolve("tiny/before"))))
        .isEqualTo(findings);
  }
}
