package dev.quarry.replay.twin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.replay.read.Fixtures;
import dev.quarry.replay.read.RecordingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that change while they are watched. */
class WatchTest {
  @TempDir Path folder;

  private Path files() throws IOException {
    return Hosts.copy(Fixtures.tiny().resolve("before"), folder.resolve("f"), "zone", "buddy");
  }

  private static void orderZero(Path files, int blocks) throws IOException {
    Files.writeString(
        files.resolve("buddyinfo"),
        "Node 0, zone DMA 0 0 0 0 0 0 0 0 1 1 3\nNode 0, zone DMA32 "
            + blocks
            + " 0 0 0 0 0 0 0 0 0 1\n");
  }

  @Test
  void drawsWhatChanged() throws IOException {
    Path files = files();
    Watch watch = new Watch(files, Twin.of(files), 0.5);
    for (int blocks = 0; blocks < 8; blocks++) {
      orderZero(files, 100 * blocks);
      watch.take();
    }
    assertThat(WatchText.chart(watch))
        .startsWith("f: 8 samples, one every 0.5 s\nNode 0 zone DMA, 15 MiB free of 15\n")
        .contains("Node 0 zone DMA32, 8 MiB free of 15\n")
        .contains("  order 10    ▁▁▁▁▁▁▁▁  1, 1 to 1\n")
        .contains("  order 0     ▁▂▃▄▅▆▇█  700, 0 to 700\n")
        .contains("  unusable 9  ▁▂▃▄▅▆▇█  40.6 %, 0.0 to 40.6\n")
        .doesNotContain("Movable");
    assertThat(WatchText.sample(watch, watch.samples().getFirst()))
        .contains("     0  Node 0 zone DMA32              8 MiB free,   0.0 % of it useless");
  }

  @Test
  void aLongWatchKeepsItsShapeAndNotAllSamples() throws IOException {
    Path files = files();
    Watch watch = new Watch(files, Twin.of(files), 1);
    for (int i = 0; i < 5000; i++) {
      watch.take();
    }
    assertThat(watch.taken()).isEqualTo(5000);
    assertThat(watch.samples()).hasSize(2500);
    assertThat(watch.samples().get(7).number()).isEqualTo(14);
    assertThat(watch.samples().getLast().number()).isEqualTo(4998);
  }

  @Test
  void endsWhenTheMachineIsAnother() throws IOException {
    Path files = files();
    Watch watch = new Watch(files, Twin.of(files), 1);
    watch.take();
    Files.writeString(files.resolve("buddyinfo"), "Node 0, zone DMA 0 0 0\n");
    assertThatThrownBy(watch::take)
        .isInstanceOf(RecordingException.class)
        .hasMessage("f: the machine has other zones or orders than at first");
    Files.delete(files.resolve("zoneinfo"));
    assertThatThrownBy(watch::take)
        .isInstanceOf(RecordingException.class)
        .hasMessage("f: zoneinfo is gone");
  }
}
