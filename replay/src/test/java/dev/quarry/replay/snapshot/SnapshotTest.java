package dev.quarry.replay.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.machine.ZoneType;
import dev.quarry.replay.read.Fixtures;
import dev.quarry.replay.read.RecordingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SnapshotTest {
  private static final ZoneId DMA32 = new ZoneId(0, ZoneType.DMA32);

  @TempDir Path folder;

  private static Snapshot tiny() {
    return Snapshot.read(Fixtures.tiny().resolve("before"));
  }

  @Test
  void countsAreReadByZoneOrderAndType() {
    BuddyInfo buddy = tiny().buddyInfo().orElseThrow();
    assertThat(buddy.nrOrders()).isEqualTo(11);
    BuddyInfo.Zone zone = buddy.zone(DMA32).orElseThrow();
    assertThat(zone.blocks().toArray()).containsExactly(8, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1);
    assertThat(zone.place()).hasToString("before/buddyinfo:2");
    assertThat(zone.pages()).isEqualTo(8 + 2 * 3 + 2044);

    PageTypeInfo types = tiny().pageTypeInfo().orElseThrow();
    assertThat(types.pageblockOrder()).isEqualTo(9);
    assertThat(types.migrateTypes())
        .containsExactly("Unmovable", "Movable", "Reclaimable", "HighAtomic", "Isolate");
    assertThat(types.free(DMA32, 1).orElseThrow().blocks().get(1)).isEqualTo(2);
    assertThat(types.free(DMA32, 1).orElseThrow().isCapped(1)).isFalse();
    assertThat(types.pageblocks(DMA32).orElseThrow().blocks().toArray())
        .containsExactly(1, 6, 1, 0, 0);
  }

  @Test
  void zoneinfoIsReadToItsLastLine() {
    ZoneInfo info = tiny().zoneInfo().orElseThrow();
    assertThat(info.zones()).hasSize(5);
    assertThat(info.populated()).hasSize(2);
    assertThat(info.endPfn()).isEqualTo(8192);
    assertThat(info.nodes().getFirst().stats().get("nr_kernel_stack")).hasValue(96);
    ZoneInfo.Zone zone = info.zone(DMA32).orElseThrow();
    assertThat(zone.watermarks()).isEqualTo(new ZoneInfo.Watermarks(0, 90, 112, 134, 156));
    assertThat(zone.size()).isEqualTo(new ZoneInfo.Size(4096, 4096, 4056, 0));
    assertThat(zone.startPfn()).isEqualTo(4096);
    assertThat(zone.free()).isEqualTo(2058);
    assertThat(zone.stats().get("numa_hit")).hasValue(1234);
    assertThat(zone.pageSets())
        .contains(new ZoneInfo.PageSet(1, 515, 56, 1, 56, 253, 4))
        .hasSize(2);
    assertThat(info.zone(new ZoneId(0, ZoneType.DMA)).orElseThrow().protection().toArray())
        .containsExactly(0, 15, 15, 15, 15);
  }

  @Test
  void countersKeepTheirOrder() {
    Counters vmstat = tiny().vmstat().orElseThrow();
    assertThat(vmstat.names()).startsWith("nr_free_pages", "nr_inactive_anon");
    assertThat(vmstat.get("pgalloc_dma32")).hasValue(4321);
    assertThat(vmstat.get("none")).isEmpty();
    assertThat(tiny().meminfo().orElseThrow().get("Active(anon)")).hasValue(48);
    assertThat(tiny().times().at("exact0")).hasValue(99.95);
  }

  @Test
  void listsAreReadInTheirOrder() {
    ExactState exact = tiny().exact().orElseThrow();
    assertThat(exact.free(ZoneType.DMA32, 0, 0).toArray()).containsExactly(4141, 4139, 4151);
    assertThat(exact.free(ZoneType.DMA32, 0, 3)).isEqualTo(FrameList.EMPTY);
    assertThat(exact.perCpu()).hasSize(4);
    assertThat(exact.perCpu().getLast().count()).isEqualTo(515);
    assertThat(exact.perCpu().getLast().flags()).isEqualTo(2);
    ExactState.PerCpuList huge = exact.perCpuLists().getLast();
    assertThat(huge.isHuge()).isTrue();
    assertThat(huge.order(9)).isEqualTo(9);
    assertThat(huge.migrateType()).isEqualTo(1);
    assertThat(exact.perCpuLists().get(2).order(9)).isEqualTo(1);
    assertThat(exact.pageblocks().typeOf(4608, 9)).isEqualTo(2);
    assertThat(exact.pageblocks().typeOf(8192, 9)).isEqualTo(PageblockTypes.UNKNOWN);
    FreeBlocks.Zone free = tiny().freeBlocks().orElseThrow().zones().getLast();
    assertThat(free.blocks(0).toArray())
        .containsExactly(4139, 4141, 4151, 4609, 4613, 5121, 5123, 5125);
  }

  @Test
  void classesCoverEveryFrame() {
    PageClasses classes = tiny().classes().orElseThrow();
    assertThat(classes.endPfn()).isEqualTo(8192);
    assertThat(classes.classOf(0)).isEqualTo('R');
    assertThat(classes.classOf(4130)).isEqualTo('Z');
    assertThat(classes.classOf(4131)).isEqualTo('R');
    assertThat(classes.classOf(8191)).isEqualTo('B');
    assertThat(classes.classOf(8192)).isEqualTo('N');
    assertThat(classes.count('R')).isEqualTo(256 + 39);
  }

  @Test
  void packedFilesAreReadAsWell() throws IOException {
    Path copy = Fixtures.copyTiny(folder).resolve("before");
    try (Stream<Path> files = Files.list(copy)) {
      for (Path file : files.filter(f -> !f.toString().endsWith(".json")).toList()) {
        boolean xz = file.getFileName().toString().length() % 2 == 0;
        byte[] bytes = Files.readAllBytes(file);
        Path packed = file.resolveSibling(file.getFileName() + (xz ? ".xz" : ".zst"));
        Files.write(packed, xz ? Fixtures.xz(bytes) : Fixtures.zst(bytes));
        Files.delete(file);
      }
    }
    Snapshot packed = Snapshot.read(copy);
    assertThat(packed.zoneInfo().orElseThrow().zones().getFirst().size())
        .isEqualTo(tiny().zoneInfo().orElseThrow().zones().getFirst().size());
    assertThat(packed.exact().orElseThrow().freeLists()).hasSize(17);
    assertThat(packed.classes().orElseThrow().size())
        .isEqualTo(tiny().classes().orElseThrow().size());
    assertThat(SnapshotChecks.check(packed)).isEmpty();
  }

  @Test
  void aPackedFileThatIsCutOffIsRefused() throws IOException {
    Path copy = Fixtures.copyTiny(folder).resolve("before");
    byte[] bytes = Files.readAllBytes(copy.resolve("exact.txt"));
    Files.delete(copy.resolve("exact.txt"));
    byte[] packed = Fixtures.xz(bytes);
    Files.write(copy.resolve("exact.txt.xz"), Arrays.copyOf(packed, packed.length - 40));
    assertThatThrownBy(() -> Snapshot.read(copy))
        .isInstanceOf(RecordingException.class)
        .hasMessageMatching("before/exact.txt.xz(:\\d+)?: the packed stream is damaged after .*");
  }

  @Test
  void everyFileMayBeMissing() throws IOException {
    Snapshot nothing = Snapshot.read(Files.createDirectory(folder.resolve("before")));
    assertThat(nothing.zoneInfo()).isEmpty();
    assertThat(nothing.exact()).isEmpty();
    assertThat(nothing.times()).isEqualTo(SnapshotTimes.NONE);
    assertThat(SnapshotChecks.check(nothing)).isEmpty();
    assertThatThrownBy(() -> Snapshot.read(folder.resolve("none")))
        .isInstanceOf(RecordingException.class)
        .hasMessage("none: is not a folder");
  }

  @Test
  void aTableThatTheKernelCutShortIsMarked() throws IOException {
    Path copy = Fixtures.copyTiny(folder).resolve("before");
    Fixtures.replace(
        copy.resolve("pagetypeinfo"),
        "zone    DMA32, type      Movable      3 ",
        "zone    DMA32, type      Movable >100000 ");
    PageTypeInfo.FreeCounts counts =
        Snapshot.read(copy).pageTypeInfo().orElseThrow().free(DMA32, 1).orElseThrow();
    assertThat(counts.isCapped(0)).isTrue();
    assertThat(counts.isCapped(1)).isFalse();
    assertThat(counts.blocks().get(0)).isEqualTo(100_000);
    assertThat(SnapshotChecks.check(Snapshot.read(copy))).isEmpty();
  }

  @ParameterizedTest(name = "{0}: {2}")
  @CsvSource(
      value = {
        "exact.txt     | 1a00          | 5f5e0ff |"
            + " exact.txt:19: pfn 99999999 (0x5f5e0ff) is above the machine's last frame 8191"
            + " (0x1fff)",
        "exact.txt     | free DMA32 1 0| free DMA32 0 0 |"
            + " exact.txt:10: \"free DMA32 0 0\" stands twice, first at line 7",
        "exact.txt     | pcp DMA 0     | pcq DMA 0 | exact.txt:21: \"pcq\" is no kind of line",
        "exact.txt     | count=515     | count=99999999999 |"
            + " exact.txt:27: count 99999999999 is above the largest, 2147483647",
        "free_blocks.txt | zone DMA32  | zone DMA23 | free_blocks.txt:5: \"DMA23\" is not the name",
        "free_blocks.txt | 10: 1c00    | 31: 1c00 | free_blocks.txt:16: order 31 is above the",
        "classes.txt   | R256          | Q256 | classes.txt:1: \"Q\" is not a class of frames",
        "classes.txt   | R256          | R99999 | classes.txt:1: a run of 99999 frames from frame"
            + " 0",
        "zoneinfo      | min      90   | min      x | zoneinfo:49: \"x\" is not a number",
        "zoneinfo      | spanned  4096 | spanned  2147483647 |"
            + " zoneinfo:46: node 0 zone DMA32 ends at frame 2147487743, above the largest",
        "zoneinfo      | Node 0, zone    DMA32 | Node 0, zone      DMA |"
            + " zoneinfo:46: node 0 zone DMA stands twice",
        "buddyinfo     | DMA32      8  | DMA32 99999999999 | buddyinfo:2: a number of blocks",
        "buddyinfo     | DMA32      8  | DMA32 | buddyinfo:2: the line has 10 orders, the lines",
        "pagetypeinfo  | Pages per block:  512 | Pages per block:  511 |"
            + " pagetypeinfo:2: a pageblock has 511 pages, but its order is 9",
        "pagetypeinfo  | Isolate | Isolated | pagetypeinfo:16: the columns",
        "vmstat        | pgfree        | nr_free_pages | vmstat:5: nr_free_pages stands twice",
        "meminfo       | 48 kB         | 48 MB | meminfo:3: the line is not",
        "times.json    | 99.95         | -99.95 | times.json: \"exact0\" is \"-99.95\"",
      },
      delimiter = '|')
  void aWrongLineIsNamedWithBothNumbers(String file, String old, String wrong, String message)
      throws IOException {
    Path copy = Fixtures.copyTiny(folder).resolve("before");
    Fixtures.replace(copy.resolve(file), old, wrong);
    assertThatThrownBy(() -> Snapshot.read(copy))
        .isInstanceOf(RecordingException.class)
        .hasMessageStartingWith("before/" + message);
  }

  @Test
  void listsWithMoreEntriesThanTheMachineHasFramesAreRefused() throws IOException {
    Path copy = Fixtures.copyTiny(folder).resolve("before");
    Path lists = copy.resolve("free_blocks.txt");
    Files.writeString(lists, "zone DMA\n0: " + "1 ".repeat(9000) + "\n");
    assertThatThrownBy(() -> Snapshot.read(copy))
        .isInstanceOf(RecordingException.class)
        .hasMessage(
            "before/free_blocks.txt:2: the lists hold more entries than the machine has frames,"
                + " 8191");
  }

  @Test
  void aZoneThatStandsForEachNodeCountsOnce() throws IOException {
    Path copy = Fixtures.copyTiny(folder).resolve("before");
    Path lists = copy.resolve("free_blocks.txt");
    Files.writeString(lists, "zone DMA\n0: 100 102\nzone DMA\n0: 100 102\n");
    assertThat(Snapshot.read(copy).freeBlocks().orElseThrow().zones()).hasSize(1);
    Files.writeString(lists, "zone DMA\n0: 100 102\nzone DMA\n0: 100 104\n");
    assertThatThrownBy(() -> Snapshot.read(copy)).isInstanceOf(RecordingException.class);
  }

  @Test
  void severalNodesHighMemAndOldKernelsAreRead() throws IOException {
    Path state = Files.createDirectory(folder.resolve("before"));
    Files.writeString(state.resolve("zoneinfo"), ZoneInfoTexts.TWO_NODES_WITH_HIGHMEM);
    ZoneInfo info = Snapshot.read(state).zoneInfo().orElseThrow();
    assertThat(info.zones().stream().map(ZoneInfo.Zone::id).toList())
        .isEqualTo(
            List.of(
                new ZoneId(0, ZoneType.DMA),
                new ZoneId(0, ZoneType.NORMAL),
                new ZoneId(0, ZoneType.HIGHMEM),
                new ZoneId(1, ZoneType.HIGHMEM)));
    assertThat(info.zones().get(1).watermarks().boost()).isZero();
    assertThat(info.zones().get(1).stats().get("scanned")).hasValue(0);
    assertThat(info.nodes()).isEmpty();
  }
}
