package dev.quarry.virtual.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.reclaim.MemorySwap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lies behind the end in the last page of a memfd, and in that of a file of a disk. */
class ShmemResizeTest {
  private static final int PAGE = CacheMachine.PAGE;
  private static final int PAGEOUT = 21;
  private static final int END = 14_494;
  private static final int BEHIND = 16_312;

  @TempDir Path folder;

  private Path path;

  @BeforeEach
  void makeFile() throws IOException {
    path = Files.createFile(folder.resolve("file"));
  }

  /** Stores 8 bytes behind the end of a file, which is not mapped any more then. */
  private static void storeBehindTheEnd(CacheMachine it, int fd) {
    assertThat(it.calls.ftruncate(fd, END)).isZero();
    long at = it.calls.mmap(0, 4 * PAGE, 3, CacheMachine.SHARED, fd, 0);
    it.process.store(it.cpu, at + BEHIND, 8, 0x28);
    assertThat(it.calls.munmap(at, 4 * PAGE)).isZero();
  }

  private static long byteOf(CacheMachine it, int fd, int offset) {
    assertThat(it.files.pread(fd, it.buffer, 1, offset)).isEqualTo(1);
    return it.process.load(it.cpu, it.buffer, 1);
  }

  @Test
  void sharedMemoryThatGrowsShowsIt() throws IOException {
    try (CacheMachine it = new CacheMachine(path)) {
      int fd = it.calls.memfdCreate("f");
      storeBehindTheEnd(it, fd);
      assertThat(it.calls.ftruncate(fd, 26_889)).isZero();
      assertThat(byteOf(it, fd, BEHIND)).isEqualTo(0x28);
      int written = it.calls.memfdCreate("f");
      storeBehindTheEnd(it, written);
      assertThat(it.files.pwrite(written, it.buffer, 1, 26_888)).isEqualTo(1);
      assertThat(byteOf(it, written, BEHIND)).as("grown by a write").isEqualTo(0x28);
      assertThat(it.machine.invariants()).isEmpty();
    }
  }

  @Test
  void aFileOfTheDiskThatGrowsDoesNot() throws IOException {
    try (CacheMachine it = new CacheMachine(path)) {
      storeBehindTheEnd(it, it.fd);
      assertThat(it.calls.ftruncate(it.fd, 26_889)).isZero();
      assertThat(byteOf(it, it.fd, BEHIND)).isZero();
    }
  }

  @Test
  void sharedMemoryOfTheSameSizeOrLessLosesIt() throws IOException {
    try (CacheMachine it = new CacheMachine(path)) {
      for (int size : new int[] {END, END - 1}) {
        int fd = it.calls.memfdCreate("f");
        storeBehindTheEnd(it, fd);
        assertThat(it.calls.ftruncate(fd, size)).isZero();
        assertThat(it.calls.ftruncate(fd, 4 * PAGE)).isZero();
        assertThat(byteOf(it, fd, BEHIND)).as("size %d", size).isZero();
      }
    }
  }

  @Test
  void soDoesAPageThatIsInSwap() throws IOException {
    try (CacheMachine it = new CacheMachine(path)) {
      it.machine.reclaim().swapOnOff().on("swap", MemorySwap.of(64), 0);
      int fd = it.calls.memfdCreate("f");
      assertThat(it.calls.ftruncate(fd, 2 * PAGE)).isZero();
      long at = it.calls.mmap(0, 2 * PAGE, 3, CacheMachine.SHARED, fd, 0);
      it.process.store(it.cpu, at, 8, 1);
      it.process.store(it.cpu, at + 1000, 8, 2);
      assertThat(it.calls.madvise(at, 2 * PAGE, PAGEOUT)).isZero();
      assertThat(it.machine.reclaim().swap().areas().freePages()).as("one is out").isEqualTo(62);
      assertThat(it.calls.ftruncate(fd, 1000)).isZero();
      assertThat(it.calls.ftruncate(fd, 2 * PAGE)).isZero();
      assertThat(it.process.load(it.cpu, at, 8)).isEqualTo(1);
      assertThat(it.process.load(it.cpu, at + 1000, 8)).isZero();
      assertThat(it.machine.invariants()).isEmpty();
    }
  }
}
