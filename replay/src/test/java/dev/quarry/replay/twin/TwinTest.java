package dev.quarry.replay.twin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.machine.Presets;
import dev.quarry.physical.FrameKind;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.MigrateType;
import dev.quarry.physical.Zone;
import dev.quarry.replay.read.Fixtures;
import dev.quarry.replay.read.RecordingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Twins of machines whose true state is at hand: Quarry's own, written as files. */
class TwinTest {
  @TempDir Path folder;

  private static MachineSpec spec(String preset, String... settings) {
    return MachineSpecReader.with(Presets.get(preset), List.of(settings));
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 4000", "2, 1, 30000", "3, 2, 9000", "4, 4, 2000", "5, 1, 0"})
  void hasTheBlocksOfItsHostWithTheirTypes(long seed, int nodes, int steps) throws IOException {
    try (Machine host = Machine.boot(spec("laptop", "ram=256M", "nodes=" + nodes, "cpus=4"))) {
      Hosts.work(host, seed, steps);
      Path proc = Hosts.files(host, folder);
      Path counts = Hosts.copy(proc, folder.resolve("counts"), "zoneinfo", "buddyinfo", "pagety");
      try (Machine twin = Twin.of(counts).boot()) {
        assertThat(twin.invariants()).as("seed %d", seed).isEmpty();
        assertThat(blocks(twin)).as("seed %d", seed).isEqualTo(blocks(host));
        assertThat(pageblocks(twin)).as("seed %d", seed).isEqualTo(pageblocks(host));
      }
      try (Machine twin = Twin.of(proc).boot()) {
        assertThat(twin.invariants()).as("seed %d", seed).isEmpty();
        assertThat(places(twin)).as("seed %d", seed).isEqualTo(places(host));
      }
    }
  }

  private static String blocks(Machine machine) {
    StringBuilder all = new StringBuilder();
    for (Zone zone : machine.memory().zones()) {
      for (int order = 0; order < zone.nrOrders(); order++) {
        for (int type = 0; type < MigrateType.COUNT; type++) {
          all.append(' ').append(zone.freeBlocks(order, type));
        }
      }
      all.append('\n');
    }
    return all.toString();
  }

  private static List<Integer> pageblocks(Machine machine) {
    int[] counts = new int[MigrateType.COUNT * machine.memory().zones().size()];
    for (int block = 0; block < machine.memory().pageblocks().count(); block++) {
      int pfn = block << machine.memory().pageblocks().order();
      Zone zone = machine.memory().zoneOf(Math.max(1, pfn));
      if (zone != null) {
        counts[zone.number() * MigrateType.COUNT + machine.memory().pageblocks().type(pfn)]++;
      }
    }
    return Arrays.stream(counts).boxed().toList();
  }

  /** Every free block, by frame. */
  private static String places(Machine machine) {
    StringBuilder all = new StringBuilder();
    for (int pfn = 0; pfn < machine.spec().endPfn(); pfn++) {
      all.append(machine.memory().kindOf(pfn) == FrameKind.FREE ? '.' : '#');
    }
    return all.toString();
  }

  @Test
  void answersAsItsHostWould() throws IOException {
    try (Machine host = Machine.boot(spec("laptop", "ram=128M", "cpus=1"))) {
      Hosts.workWith(host, 7, 6000, Gfp.GFP_HIGHUSER_MOVABLE);
      Path proc = Hosts.files(host, folder);
      Twin twin = Twin.of(proc);
      Question question = Question.near(host, 3, Gfp.GFP_HIGHUSER_MOVABLE, 0, 1 << 20);
      Answer answer = TwinReport.of(twin, question).answers().getFirst();
      Answer ofHost = question.ask(host);
      assertThat(answer.successes()).isPositive().isEqualTo(ofHost.successes());
      assertThat(answer.from()).isEqualTo(ofHost.from());
      assertThat(answer.refusal()).isEqualTo(ofHost.refusal());
      assertThat(answer.isFinished()).isTrue();
    }
  }

  @Test
  void stopsAskingWhereItIsTold() {
    Twin twin = Twin.of(Fixtures.tiny().resolve("before"));
    Question question = new Question(0, Gfp.GFP_KERNEL, 1, 0, 5);
    Answer answer = TwinReport.of(twin, question).answers().getFirst();
    assertThat(answer.successes()).isEqualTo(5);
    assertThat(answer.isFinished()).isFalse();
    assertThat(TwinText.answer(TwinReport.of(twin, question), true)).contains("5 or more in a row");
  }

  @Test
  void theCounterRulesWhereItAndTheBlocksDisagree() throws IOException {
    Path counts =
        Hosts.copy(Fixtures.tiny().resolve("before"), folder.resolve("c"), "zoneinfo", "buddyinfo");
    Question question = new Question(4, Gfp.GFP_KERNEL, 0, 0, 1 << 20);
    assertThat(asked(counts, question).isYes()).isTrue();
    Fixtures.replace(counts.resolve("zoneinfo"), "pages free     2058", "pages free     95");
    Fixtures.replace(counts.resolve("zoneinfo"), "pages free     3840", "pages free     90");
    Twin twin = Twin.of(counts);
    Answer answer = TwinReport.of(twin, question).answers().getFirst();
    assertThat(answer.isYes()).isFalse();
    assertThat(answer.refusal())
        .isEqualTo("Node 0 zone DMA32: below min; Node 0 zone DMA: below min");
    assertThat(twin.notes())
        .contains(
            "Node 0 zone DMA32: 95 pages are counted as free, its blocks hold 2,058:"
                + " tests follow the counter");
    try (Machine machine = twin.boot()) {
      assertThat(machine.invariants()).isEmpty();
    }
  }

  private static Answer asked(Path files, Question question) {
    return TwinReport.of(Twin.of(files), question).answers().getFirst();
  }

  @Test
  void takesPageSizeAndOrdersFromTheFiles() throws IOException {
    String large =
        """
        release   6.18
        page_size 64K
        max_order 13
        pageblock_order 13
        contents  none
        cpus 0-1  node=0
        node      0
        memory    0-4G  node=0
        zone      DMA
        """;
    try (Machine host = Machine.boot(MachineSpecReader.read("large", large))) {
      Twin twin = Twin.of(Hosts.files(host, folder));
      assertThat(twin.spec().pageShift()).isEqualTo(16);
      assertThat(twin.spec().maxOrder()).isEqualTo(13);
      assertThat(twin.spec().pageblockOrder()).isEqualTo(13);
    }
  }

  @Test
  void theSameFilesGiveTheSameBytes() {
    Path files = Fixtures.tiny().resolve("before");
    String first = TwinText.answer(report(files), true) + TwinJson.of(report(files));
    assertThat(TwinText.answer(report(files), true) + TwinJson.of(report(files))).isEqualTo(first);
  }

  private static TwinReport report(Path files) {
    return TwinReport.of(Twin.of(files), new Question(7, Gfp.GFP_ATOMIC, 1, 0, 1 << 20));
  }

  @Test
  void nodesHaveTheirCpusAndDistances() throws IOException {
    try (Machine host = Machine.boot(spec("server", "ram=256M", "cpus=4"))) {
      Path proc = Hosts.files(host, folder);
      Path node = proc.resolve("node");
      Hosts.copy(folder.resolve("sys/devices/system/node/node0"), node.resolve("node0"), "cpulist");
      Files.writeString(node.resolve("node0/cpulist"), "0,2-3\n");
      Files.writeString(node.resolve("node0/distance"), "10 31\n");
      Files.createDirectories(node.resolve("node1"));
      Files.writeString(node.resolve("node1/distance"), "31 10\n");
      Files.writeString(node.resolve("node1/cpulist"), "1\n");
      Twin twin = Twin.of(proc);
      assertThat(twin.spec().cpuNodes()).containsExactly(0, 1, 0, 0);
      assertThat(twin.spec().nodes().getFirst().distances()).containsExactly(10, 31);
      assertThat(twin.notes()).noneMatch(note -> note.contains("the nodes of the CPUs"));
      Files.writeString(node.resolve("node0/distance"), "10 31 31\n");
      assertThatThrownBy(() -> Twin.of(proc))
          .isInstanceOf(RecordingException.class)
          .hasMessage("node/node0/distance:1: there are distances to 3 nodes; zoneinfo has 2");
    }
  }

  @Test
  void frameFlagsMayBeCutOff() throws IOException {
    try (Machine host = Machine.boot(spec("course"))) {
      Path words = Hosts.files(host, folder).resolve("kpageflags");
      byte[] bytes = Files.readAllBytes(words);
      Files.write(words, Arrays.copyOf(bytes, 8 * 5000 + 3));
      assertThatThrownBy(() -> Twin.of(folder.resolve("proc")))
          .isInstanceOf(RecordingException.class)
          .hasMessage("proc/kpageflags: ends with 3 bytes of frame 5000, which has 8");
      Files.write(words, Arrays.copyOf(bytes, 8 * 500));
      assertThat(Twin.of(folder.resolve("proc")).notes())
          .anyMatch(note -> note.startsWith("free_blocks and kpageflags are not used: they know "));
    }
  }

  @Test
  void saysWhatIsMissing() throws IOException {
    Path before = Fixtures.tiny().resolve("before");
    Path alone = Hosts.copy(before, folder.resolve("alone"), "zoneinfo");
    assertThatThrownBy(() -> Twin.of(alone))
        .isInstanceOf(RecordingException.class)
        .hasMessage(
            "alone: holds none of exact, free_blocks, buddyinfo and pagetypeinfo:"
                + " what is free is not known");
    Path blocks = Hosts.copy(before, folder.resolve("blocks"), "buddyinfo");
    assertThatThrownBy(() -> Twin.of(blocks))
        .isInstanceOf(RecordingException.class)
        .hasMessageEndingWith(
            "holds no zoneinfo, without which the zones are not known; found buddyinfo");
    Path both = Hosts.copy(alone, blocks, "zoneinfo");
    assertThat(Twin.of(both).notes())
        .contains(
            "no pagetypeinfo: all free blocks count as movable, and no pageblock as reserved",
            "no kpageflags: which free and used pages lie side by side is made up",
            "the 522 pages on per-CPU lists count as used, though a CPU could have its own");
  }

  @Test
  void refusesBlocksForWhichThereIsNoRoom() throws IOException {
    Path counts =
        Hosts.copy(Fixtures.tiny().resolve("before"), folder.resolve("c"), "zoneinfo", "buddyinfo");
    Files.writeString(counts.resolve("buddyinfo"), "Node 0, zone DMA32 4000 0 0 0 0 0 0 0 0 0 0\n");
    assertThatThrownBy(() -> Twin.of(counts))
        .isInstanceOf(RecordingException.class)
        .hasMessageContaining("c/buddyinfo:1: node 0 zone DMA32 has no room for 1952 of its free");
  }
}
