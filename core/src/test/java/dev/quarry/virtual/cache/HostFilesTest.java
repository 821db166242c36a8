package dev.quarry.virtual.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.virtual.fault.FaultLeaf;
import dev.quarry.virtual.fault.UserFaultException;
import dev.quarry.virtual.space.Errno;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What other programs of the host do to files that are open here, and disks. */
class HostFilesTest {
  private static final int PAGE = CacheMachine.PAGE;

  @TempDir Path folder;

  @Test
  void aFileIsCutShortByAnotherProgram() throws IOException {
    Path path = CacheMachine.file(folder, 8);
    try (CacheMachine it = new CacheMachine(path)) {
      long at = it.map(8);
      for (int page = 0; page < 8; page++) {
        it.process.store(it.cpu, at + page * PAGE, 1, 40 + page);
      }
      it.calls.munmap(at + 4 * PAGE, 4L * PAGE);
      try (FileChannel other = FileChannel.open(path, StandardOpenOption.WRITE)) {
        other.truncate(3 * PAGE + 10);
      }
      long again = it.map(8);
      assertThatThrownBy(() -> it.process.load(it.cpu, again + 4 * PAGE, 1))
          .isInstanceOfSatisfying(
              UserFaultException.class, e -> assertThat(e.leaf()).isEqualTo(FaultLeaf.BEYOND_FILE));
      assertThat(it.process.load(it.cpu, again + 3 * PAGE, 1)).isEqualTo(43);
      assertThat(it.read(0, 8 * PAGE)).hasSize(3 * PAGE + 10);
      assertThat(it.files.fsync(it.fd)).isZero();
      assertThat(it.file.cache().nrDirty()).isZero();
      assertThat(it.machine.invariants()).isEmpty();
    }
    byte[] onDisk = Files.readAllBytes(path);
    assertThat(onDisk).hasSize(3 * PAGE + 10);
    for (int page = 0; page < 4; page++) {
      assertThat(onDisk[page * PAGE]).isEqualTo((byte) (40 + page));
    }
  }

  @Test
  void aFileThatIsGoneIsWrittenStill() throws IOException {
    Path path = CacheMachine.file(folder, 2);
    try (CacheMachine it = new CacheMachine(path)) {
      Files.delete(path);
      assertThat(it.write(new byte[] {1, 2, 3}, PAGE)).isEqualTo(3);
      assertThat(it.files.fsync(it.fd)).isZero();
      it.caches.drop(it.cpu);
      assertThat(it.read(PAGE, 4)).containsExactly(1, 2, 3, 3);
    }
  }

  @Test
  void callsThatAreRefused() throws IOException {
    try (CacheMachine it = new CacheMachine(CacheMachine.file(folder, 2))) {
      assertThat(it.files.read(99, it.buffer, 1)).isEqualTo(-Errno.EBADF);
      assertThat(it.files.pread(it.fd, it.buffer, 1, -1)).isEqualTo(-Errno.EINVAL);
      assertThat(it.files.pread(it.fd, 0x10, 1, 0)).isEqualTo(-Errno.EFAULT);
      assertThat(it.files.pwrite(it.fd, 0x10, 1, 0)).isEqualTo(-Errno.EFAULT);
      assertThat(it.files.pwrite(it.fd, it.buffer, 1, 1L << 50)).isEqualTo(-Errno.EFBIG);
      assertThat(it.files.pread(it.fd, it.buffer, 9, 2 * PAGE)).isZero();
      int readOnly = it.process.open(it.caches.open(folder.resolve("file"), false));
      assertThat(it.files.pwrite(readOnly, it.buffer, 1, 0)).isEqualTo(-Errno.EBADF);
      assertThat(it.files.lseek(it.fd, -3, 2)).isEqualTo(2 * PAGE - 3);
      assertThat(it.files.read(it.fd, it.buffer, 10)).as("up to the end").isEqualTo(3);
      assertThat(it.files.fallocate(it.fd, 3, 1, PAGE)).isEqualTo(-Errno.EOPNOTSUPP);
      assertThat(HostError.errno(new IOException("No space left on device")))
          .isEqualTo(Errno.ENOSPC);
      assertThat(HostError.errno(new IOException("Input/output error"))).isEqualTo(Errno.EIO);
    }
  }

  @Test
  void pagesOfDisksAreBuffers() throws IOException {
    Path disk = Files.write(folder.resolve("disk"), new byte[16 * PAGE]);
    try (CacheMachine it = new CacheMachine(CacheMachine.file(folder, 2))) {
      it.read(0, PAGE);
      int fd = it.process.open(it.caches.openDevice(disk, "/dev/disk", true));
      assertThat(it.files.pread(fd, it.buffer, 16 * PAGE, 0)).isEqualTo(16 * PAGE);
      String text = it.machine.files().read("/proc/meminfo").orElseThrow();
      assertThat(text).containsPattern("Buffers: +64 kB\nCached: +8 kB\n");
      assertThat(it.caches.buffers().pages()).isEqualTo(16);
      assertThat(objects(it)).isEqualTo(16);
      it.caches.drop(it.cpu);
      assertThat(it.caches.buffers().pages()).isZero();
      assertThat(objects(it)).isZero();
      assertThatThrownBy(() -> it.caches.openDevice(folder.resolve("file"), "f", true))
          .hasMessageContaining("open as a file");
      assertThat(it.machine.invariants()).isEmpty();
    }
  }

  private static long objects(CacheMachine it) {
    return it.machine.slab().cache("buffer_head").orElseThrow().statistics().activeObjects();
  }

  /** A disk of half a page more has blocks of half a page; a written file's page has one block. */
  @Test
  void pagesHaveABufferForEachBlock() throws IOException {
    Path disk = Files.write(folder.resolve("disk"), new byte[2 * PAGE + PAGE / 8]);
    try (CacheMachine it = new CacheMachine(CacheMachine.file(folder, 4))) {
      HostFile device = it.caches.openDevice(disk, "/dev/disk", true);
      int fd = it.process.open(device);
      assertThat(it.files.pread(fd, it.buffer, PAGE, PAGE)).isEqualTo(PAGE);
      int pfn = device.cache().get(1);
      assertThat(it.caches.buffers().of(pfn))
          .extracting(BufferHeads.Buffer::block)
          .containsExactly(8L, 9L, 10L, 11L, 12L, 13L, 14L, 15L);
      assertThat(it.files.pwrite(fd, it.buffer, 5, PAGE)).isEqualTo(5);
      assertThat(it.caches.buffers().of(pfn)).allMatch(BufferHeads.Buffer::dirty);
      assertThat(it.files.fsync(fd)).isZero();
      assertThat(it.caches.buffers().of(pfn)).noneMatch(BufferHeads.Buffer::dirty);
      it.machine.allocator().freePage(it.cpu, pfn);

      long before = objects(it);
      it.read(0, 4 * PAGE);
      assertThat(objects(it)).as("pages that were only read").isEqualTo(before);
      long mapped = it.map(4);
      it.process.store(it.cpu, mapped, 1, 1);
      it.write(new byte[] {1}, PAGE);
      assertThat(objects(it)).isEqualTo(before + 2);
      assertThat(it.machine.invariants()).isEmpty();
      assertThat(it.calls.ftruncate(it.fd, 0)).isZero();
      assertThat(objects(it)).isEqualTo(before);
      assertThat(it.machine.invariants()).isEmpty();
    }
  }
}
