package dev.quarry.reclaim.oom;

import static dev.quarry.reclaim.oom.OomScene.AT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Badness against cases worked by hand: 4095 pages of RAM, no swap. */
class BadnessTest {
  private static final long RAM = 4095;

  private final OomScene scene = new OomScene();

  @AfterEach
  void close() {
    scene.close();
  }

  /** The stack has no page yet: 300 pages of data behind one PUD, PMD and PTE table. */
  @Test
  void isWhatComesBack() {
    Process process = scene.spawn("worked", 300);
    assertThat(Badness.points(process.mm(), RAM)).isEqualTo(300 + 3);
    assertThat(file(process, "oom_score")).isEqualTo((1000 + 303 * 1000 / RAM) * 2 / 3);
    new SystemCalls(scene.cpu, process).munmap(AT, 100 * OomScene.PAGE);
    assertThat(Badness.points(process.mm(), RAM)).isEqualTo(200 + 3);
  }

  /** A process that reads maps the page of zeros, which is nobody's; its tables count. */
  @Test
  void zerosAreNobodys() {
    Process process = scene.spawn("reader", 0);
    process.load(scene.cpu, AT, 8);
    assertThat(Badness.points(process.mm(), RAM)).isEqualTo(3);
  }

  /** An adjustment of 1 is a thousandth of all pages, rounded down: 4 of 4095. */
  @Test
  void theAdjustmentIsInThousandths() {
    Process process = scene.spawn("adjusted", 100);
    write(process, "oom_score_adj", "250");
    assertThat(Badness.points(process.mm(), RAM)).isEqualTo(103 + 250 * 4);
    write(process, "oom_score_adj", "-999");
    assertThat(Badness.points(process.mm(), RAM)).isEqualTo(103 - 999 * 4);
    assertThat(file(process, "oom_score")).isEqualTo((1000 + (103 - 3996) * 1000 / RAM) * 2 / 3);
    write(process, "oom_score_adj", "-1000");
    assertThat(Badness.points(process.mm(), RAM)).isEqualTo(Badness.UNKILLABLE);
    assertThat(file(process, "oom_score")).isZero();
  }

  @Test
  void theOlderFormIsTheSameNumber() {
    Process process = scene.spawn("old", 1);
    long[][] pairs = {{15, 1000, 15}, {-17, -1000, -17}, {8, 470, 7}, {-16, -941, -15}, {0, 0, 0}};
    for (long[] pair : pairs) {
      write(process, "oom_adj", "" + pair[0]);
      assertThat(file(process, "oom_score_adj")).isEqualTo(pair[1]);
      assertThat(file(process, "oom_adj")).isEqualTo(pair[2]);
    }
    assertThatThrownBy(() -> write(process, "oom_adj", "16")).hasMessageContaining("-17 to 15");
    assertThatThrownBy(() -> write(process, "oom_score_adj", "-1001"))
        .hasMessageContaining("-1000 to 1000");
    assertThatThrownBy(() -> write(process, "oom_score_adj", "x")).hasMessageContaining("number");
  }

  @Test
  void aChildIsAsBadAsItsParent() {
    Process parent = scene.spawn("parent", 50);
    write(parent, "oom_score_adj", "77");
    Process child = scene.machine.processes().fork(scene.cpu, parent);
    assertThat(file(child, "oom_score_adj")).isEqualTo(77);
    assertThat(child.mm().task().comm()).isEqualTo("parent");
    assertThat(child.mm().task().pid()).isEqualTo(child.pid());
    assertThat(Badness.points(child.mm(), RAM)).isEqualTo(Badness.points(parent.mm(), RAM));
  }

  private long file(Process process, String name) {
    String path = "/proc/" + process.pid() + "/" + name;
    return Long.parseLong(scene.machine.files().read(path).orElseThrow().strip());
  }

  private void write(Process process, String name, String text) {
    scene.machine.files().write("/proc/" + process.pid() + "/" + name, text);
  }
}
