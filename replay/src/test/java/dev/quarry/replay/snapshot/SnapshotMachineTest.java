package dev.quarry.replay.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.machine.KernelRelease;
import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.MemoryRange;
import dev.quarry.machine.ReservedRange;
import dev.quarry.machine.ZoneSpec;
import dev.quarry.machine.ZoneType;
import dev.quarry.replay.read.Fixtures;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.read.RecordingMeta;
import dev.quarry.replay.recording.Recording;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotMachineTest {
  @TempDir Path folder;

  @Test
  void theTinyMachineIsDerivedToItsLastFrame() {
    Recording recording = Recording.open(Fixtures.tiny());
    SnapshotMachine machine = recording.machine(recording.before());
    MachineSpec spec = machine.spec();
    assertThat(machine.notes()).isEmpty();
    assertThat(spec.name()).isEqualTo("tiny");
    assertThat(spec.release()).isEqualTo(new KernelRelease(6, 18));
    assertThat(spec.maxOrder()).isEqualTo(10);
    assertThat(spec.pageblockOrder()).isEqualTo(9);
    assertThat(spec.contents()).isFalse();
    assertThat(spec.memory())
        .containsExactly(
            new MemoryRange(1 << 12, 159 << 12, 0), new MemoryRange(256 << 12, 8192 << 12, 0));
    assertThat(spec.reserved())
        .containsExactly(
            new ReservedRange(1 << 12, 159 << 12, "reserved"),
            new ReservedRange(4096 << 12, 4130 << 12, "reserved"),
            new ReservedRange(4130 << 12, 4131 << 12, "zero page"),
            new ReservedRange(4131 << 12, 4136 << 12, "reserved"));
    assertThat(spec.zones())
        .containsExactly(
            new ZoneSpec(ZoneType.DMA, 16L << 20),
            new ZoneSpec(ZoneType.DMA32, 4L << 30),
            new ZoneSpec(ZoneType.NORMAL, ZoneSpec.NO_LIMIT),
            new ZoneSpec(ZoneType.MOVABLE, ZoneSpec.NO_LIMIT),
            new ZoneSpec(ZoneType.DEVICE, ZoneSpec.NO_LIMIT));
    assertThat(spec.cpuNodes()).containsExactly(0, 0);
    // The kernel's formula: the root of 16 times (3840 + 4056) pages of 4 KiB.
    assertThat(spec.sysctls().minFreeKbytes()).hasValue(710);
    assertThat(spec.sysctls().watermarkScaleFactor()).isEqualTo(10);
    assertThat(spec.sysctls().lowmemReserveRatio().get(ZoneType.DMA)).isEqualTo(256);
  }

  @Test
  void absentMemoryIsFoundWithoutTheWalkOverItsSections() throws IOException {
    Path copy = Fixtures.copy(Fixtures.example(), folder.resolve("compile"));
    Files.delete(copy.resolve("before/exact.txt.xz"));
    Recording recording = Recording.open(copy);
    SnapshotMachine machine = recording.machine(recording.before());
    Recording whole = Recording.open(Fixtures.example());
    assertThat(machine.notes()).isEmpty();
    assertThat(machine.spec()).isEqualTo(whole.machine(whole.before()).spec());
  }

  @Test
  void withoutClassesHolesAndReservedFramesAreNoted() throws IOException {
    Path copy = Fixtures.copyTiny(folder).resolve("before");
    Files.delete(copy.resolve("classes.txt"));
    SnapshotMachine machine =
        SnapshotMachine.derive("tiny", Snapshot.read(copy), RecordingMeta.NONE);
    assertThat(machine.spec().memory()).containsExactly(new MemoryRange(1 << 12, 8192 << 12, 0));
    assertThat(machine.notes())
        .containsExactly(
            "node 0 zone DMA: zoneinfo counts 97 absent frames, 0 of them are known",
            "node 0 zone DMA: 0 frames are known to be reserved, zoneinfo counts 255",
            "node 0 zone DMA32: 0 frames are known to be reserved, zoneinfo counts 40",
            "the kernel's release is not known; 6.18 is taken");
  }

  @Test
  void settingsThatWereChangedAreFoundAgain() throws IOException {
    Path copy = Fixtures.copyTiny(folder).resolve("before");
    Path zoneinfo = copy.resolve("zoneinfo");
    // min_free_kbytes 2000: 500 pages; scale 300; ratio 64.
    changed(zoneinfo, new int[] {86, 107, 128, 149}, new int[] {243, 358, 473, 588});
    changed(zoneinfo, new int[] {90, 112, 134, 156}, new int[] {256, 377, 498, 619});
    Fixtures.replace(zoneinfo, "(0, 15, 15, 15, 15)", "(0, 63, 63, 63, 63)");
    SnapshotMachine machine =
        SnapshotMachine.derive("tiny", Snapshot.read(copy), RecordingMeta.NONE);
    assertThat(machine.spec().sysctls().minFreeKbytes().orElseThrow() / 4).isBetween(499L, 501L);
    assertThat(machine.spec().sysctls().watermarkScaleFactor()).isEqualTo(300);
    assertThat(machine.spec().sysctls().lowmemReserveRatio().get(ZoneType.DMA)).isEqualTo(64);
  }

  private static void changed(Path zoneinfo, int[] old, int[] marks) throws IOException {
    String[] names = {"min      ", "low      ", "high     ", "promo    "};
    for (int i = 0; i < names.length; i++) {
      Fixtures.replace(zoneinfo, names[i] + old[i] + "\n", names[i] + marks[i] + "\n");
    }
  }

  @Test
  void twoNodesWithHighMemMakeAMachine() throws IOException {
    Path state = Files.createDirectory(folder.resolve("before"));
    Files.writeString(state.resolve("zoneinfo"), ZoneInfoTexts.TWO_NODES_WITH_HIGHMEM);
    MachineSpec spec = SnapshotMachine.spec(Snapshot.read(state), RecordingMeta.NONE);
    assertThat(spec.nodes()).hasSize(2);
    assertThat(spec.nodes().getLast().distances()).containsExactly(20, 10);
    assertThat(spec.cpuNodes()).containsExactly(0, 1);
    assertThat(spec.zones())
        .containsExactly(
            new ZoneSpec(ZoneType.DMA, 16L << 20),
            new ZoneSpec(ZoneType.NORMAL, 896L << 20),
            new ZoneSpec(ZoneType.HIGHMEM, ZoneSpec.NO_LIMIT));
    assertThat(spec.memory())
        .containsExactly(
            new MemoryRange(1L << 12, 491_520L << 12, 0),
            new MemoryRange(491_520L << 12, 746_520L << 12, 1));
    assertThat(spec.sysctls().minFreeKbytes()).hasValue(3800);
  }

  @Test
  void whatMakesNoMachineIsRefused() throws IOException {
    Path copy = Fixtures.copyTiny(folder).resolve("before");
    Fixtures.replace(copy.resolve("pagetypeinfo"), "order: 9", "order: 12");
    Fixtures.replace(copy.resolve("pagetypeinfo"), "block:  512", "block:  4096");
    assertRefused(copy, "before/pagetypeinfo: pageblock order 12 is above the machine's largest");
    Files.delete(copy.resolve("zoneinfo"));
    assertRefused(copy, "before: holds no zoneinfo: the machine's zones are not known");
  }

  private static void assertRefused(Path state, String message) {
    assertThatThrownBy(() -> SnapshotMachine.spec(Snapshot.read(state), RecordingMeta.NONE))
        .isInstanceOf(RecordingException.class)
        .hasMessageStartingWith(message);
  }
}
