package dev.quarry.virtual.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.FileCalls;
import dev.quarry.reclaim.group.MemoryGroup;
import dev.quarry.virtual.space.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What calls on files return, as Linux 6.18 returned it (tmpfs and ext4), and who pays for them.
 */
class FileCallsTest {
  private static final int PAGE = CacheMachine.PAGE;
  private static final int BYTES = 5000;

  @TempDir Path folder;
  private CacheMachine it;

  @BeforeEach
  void open() throws IOException {
    it = new CacheMachine(Files.write(folder.resolve("file"), new byte[BYTES]));
  }

  @AfterEach
  void close() {
    assertThat(it.machine.invariants()).isEmpty();
    it.close();
  }

  /** The last page goes only if the range ends with the file, or with the page. */
  @Test
  void dontNeedOfTheLastPage() {
    int[] lengths = {BYTES - 1, BYTES, 6000, 2 * PAGE, 12000, 0};
    String[] left = {".x", "..", ".x", "..", "..", ".."};
    for (int i = 0; i < lengths.length; i++) {
      it.read(0, BYTES);
      assertThat(it.files.fadvise(it.fd, 0, lengths[i], FileCalls.FADV_DONTNEED)).isZero();
      assertThat(it.drawn(2)).as("%d bytes", lengths[i]).isEqualTo(left[i]);
    }
  }

  @Test
  void fallocateErrors() throws IOException {
    int reader = it.process.open(it.caches.open(folder.resolve("file"), false));
    long big = 1L << 62;
    assertThat(it.files.fallocate(it.fd, 0, big, big)).isEqualTo(-Errno.EFBIG);
    assertThat(it.files.fallocate(it.fd, 0, 0, big)).isEqualTo(-Errno.EFBIG);
    assertThat(it.files.fallocate(reader, 0, -1, 1)).isEqualTo(-Errno.EINVAL);
    assertThat(it.files.fallocate(reader, 0, 0, 1)).isEqualTo(-Errno.EBADF);
    assertThat(it.files.fallocate(reader, 1 << 14, 0, 1)).isEqualTo(-Errno.EOPNOTSUPP);
    assertThat(it.files.fallocate(99, 0, -1, 1)).isEqualTo(-Errno.EBADF);
  }

  @Test
  void sharedMemoryHasNothingToWrite() {
    int memfd = it.calls.memfdCreate("m");
    assertThat(it.files.syncFileRange(memfd, 0, PAGE, FileCalls.SYNC_FILE_RANGE_WRITE)).isZero();
    assertThat(it.files.syncFileRange(memfd, 0, 0, 7)).isZero();
    assertThat(it.files.syncFileRange(memfd, 0, 0, 8)).isEqualTo(-Errno.EINVAL);
  }

  @Test
  void theCallersGroupPays() {
    MemoryGroup group = it.machine.reclaim().groups().make("/batch");
    it.process.mm().task().group(group.id());
    it.store(it.buffer, new byte[PAGE]);
    it.caches.lru().drain(it.cpu);
    long before = group.usage();
    assertThat(it.files.pwrite(it.fd, it.buffer, PAGE, 4 * PAGE)).isEqualTo(PAGE);
    it.caches.lru().drain(it.cpu);
    assertThat(group.usage()).as("written").isEqualTo(before + 1);
    assertThat(it.files.pread(it.fd, it.buffer, PAGE, 0)).isEqualTo(PAGE);
    it.caches.lru().drain(it.cpu);
    assertThat(group.usage()).as("read").isGreaterThan(before + 1);
    it.process.mm().task().group(0);
  }
}
