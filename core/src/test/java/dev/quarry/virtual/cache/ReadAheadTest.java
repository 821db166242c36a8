package dev.quarry.virtual.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.FileCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which pages come before they are asked for, worked out by hand from mm/readahead.c (6.18). */
class ReadAheadTest {
  private static final int PAGE = CacheMachine.PAGE;

  @TempDir Path folder;
  private CacheMachine it;

  @BeforeEach
  void open() throws IOException {
    it = new CacheMachine(Files.write(folder.resolve("file"), new byte[400 * PAGE]));
  }

  @AfterEach
  void close() {
    assertThat(it.machine.invariants()).isEmpty();
    it.close();
  }

  private void read(int page, int pages) {
    assertThat(it.read((long) page * PAGE, pages * PAGE)).hasSize(pages * PAGE);
  }

  private static String x(int count) {
    return "x".repeat(count);
  }

  /** 4, then 8, 16, 32, 32: init_ra of 1 is 4 of 32; below 2 of them times 4, up to 16 times 2. */
  @Test
  void windowsGrowFromTheFilesBegin() {
    read(0, 1);
    assertThat(it.drawn(6)).isEqualTo("xRxx..");
    read(1, 1);
    assertThat(it.drawn(14)).as("the mark calls the next window").isEqualTo("xxxxRxxxxxxx..");
    read(2, 2);
    assertThat(it.drawn(14)).as("no mark, nothing read").isEqualTo("xxxxRxxxxxxx..");
    read(4, 1);
    assertThat(it.drawn(30)).isEqualTo(x(12) + "R" + x(15) + "..");
    read(5, 8);
    assertThat(it.drawn(62)).isEqualTo(x(28) + "R" + x(31) + "..");
    read(13, 16);
    assertThat(it.drawn(94)).as("32 at most").isEqualTo(x(60) + "R" + x(31) + "..");
  }

  /** A read of 8: initial window 2 * 8, of which 8 are ahead. */
  @Test
  void theFirstWindowDependsOnTheRead() {
    read(0, 8);
    assertThat(it.drawn(18)).isEqualTo(x(8) + "R" + x(7) + "..");
  }

  /** More than the largest window: that, the half of it ahead, and on from the mark. */
  @Test
  void aReadLargerThanTheWindow() {
    read(0, 40);
    assertThat(it.drawn(98)).isEqualTo(x(64) + "R" + x(31) + "..");
  }

  @Test
  void randomReadsBringWhatWasAskedFor() {
    read(100, 1);
    read(50, 2);
    read(200, 3);
    assertThat(it.file.cache().nrPages()).isEqualTo(6);
    read(203, 1); // goes on where the last one ended: init_ra of 1, half of it... 3 of 4 ahead
    assertThat(it.drawn(208).substring(199)).isEqualTo(".xxxxRxx.");
  }

  /** Pages before it are in memory, though this opener did not read them: history. */
  @Test
  void contextOfOthersReads() throws IOException {
    it.file.cache().ahead().force(it.cpu, 40, 45);
    read(45, 1);
    assertThat(it.drawn(53).substring(39)).as("5 of history and 1").isEqualTo(".xxxxxxxxxxR..");
  }

  /**
   * A marked page without a window of this opener: from the next hole, as far as it was, and on.
   */
  @Test
  void anotherOpenersMark() throws IOException {
    read(0, 8); // 16 pages, page 8 is marked
    int other = it.process.open(it.caches.open(folder.resolve("file"), false));
    assertThat(it.files.pread(other, it.buffer, PAGE, 8 * PAGE)).isEqualTo(PAGE);
    assertThat(it.drawn(36)).as("16 + 2 * (16 - 8 + 1)").isEqualTo(x(16) + "R" + x(17) + "..");
  }

  @Test
  void advice() {
    assertThat(it.files.fadvise(it.fd, 0, 0, FileCalls.FADV_RANDOM)).isZero();
    read(0, 1);
    assertThat(it.drawn(3)).isEqualTo("x..");
    assertThat(it.files.fadvise(it.fd, 8 * PAGE, 4 * PAGE, FileCalls.FADV_WILLNEED)).isZero();
    assertThat(it.drawn(13)).isEqualTo("x.......xxxx.");
    assertThat(it.files.fadvise(it.fd, 9 * PAGE - 1, PAGE + 2, FileCalls.FADV_DONTNEED)).isZero();
    assertThat(it.drawn(13)).as("whole pages only").isEqualTo("x.......x.xx.");
    assertThat(it.files.fadvise(it.fd, 0, 0, FileCalls.FADV_SEQUENTIAL)).isZero();
    read(1, 49);
    assertThat(it.drawn(66).substring(49)).as("windows of 64").isEqualTo("xR" + x(14) + ".");
  }

  /** 16 before, 16 behind; 8 before the end is the mark, which is not mapped around. */
  @Test
  void faultsReadAroundAndMissesTurnItOff() {
    long at = it.map(400);
    it.process.load(it.cpu, at + 100 * PAGE, 1);
    assertThat(it.drawn(118).substring(83)).isEqualTo("." + x(24) + "R" + x(7) + "..");
    it.process.load(it.cpu, at + 108 * PAGE, 1);
    assertThat(it.drawn(150).substring(83)).isEqualTo("." + x(32) + "R" + x(31) + "..");
    for (int i = 0; i < 110; i++) {
      it.calls.munmap(at, 400L * PAGE);
      it.caches.drop(it.cpu);
      it.map(400);
      it.process.load(it.cpu, at + 300 * PAGE, 1);
    }
    assertThat(it.file.cache().nrPages()).as("more than 100 misses").isEqualTo(1);
  }
}
