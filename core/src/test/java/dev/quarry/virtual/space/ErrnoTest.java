package dev.quarry.virtual.space;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.virtual.PageTableLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Error numbers and limits, as Linux 6.18 has them; X is -1, T is TASK_SIZE, B a free page. */
class ErrnoTest {
  private static long number(String text) {
    return switch (text) {
      case "X" -> -1L;
      case "T" -> 0x7fff_ffff_f000L;
      case "B" -> Space.at(100);
      case "M" -> Space.at(0);
      default -> Long.decode(text);
    };
  }

  /** Four pages are mapped at M: aabb. */
  @ParameterizedTest
  @CsvSource({
    "mmap, 0, 0, 3, 0x22, 0, EINVAL",
    "mmap, 0, X, 3, 0x22, 0, ENOMEM",
    "mmap, 0, T, 3, 0x22, 0, ENOMEM",
    "mmap, 0, 4096, 3, 0x22, 1, EINVAL",
    "mmap, 0, 4096, 3, 0x20, 0, EINVAL",
    "mmap, 0, 4096, 3, 0x23, 0, EINVAL",
    "mmap, 0, 4096, 3, 0x2, 0, EBADF",
    "mmap, B, 4096, 3, 0x40022, 0, ENOMEM",
    "mmap, B, 4096, 3, 0x14040022, 0, EINVAL",
    "mmap, B, 4096, 3, 0x40032, 0, EINVAL",
    "mmap, M, 4096, 3, 0x100022, 0, EEXIST",
    "mmap, 0x10000001, 4096, 3, 0x32, 0, EINVAL",
    "mmap, 0x1000, 4096, 3, 0x32, 0, EPERM",
    "mmap, T, 4096, 3, 0x32, 0, ENOMEM",
    "mmap, B, 4096, 3, 0x121, 0, EINVAL",
    "mmap, B, 4096, 3, 0x32, 0, 0x10064000",
    "munmap, M, 0, 0, 0, 0, EINVAL",
    "munmap, M, X, 0, 0, 0, EINVAL",
    "munmap, 0x10000001, 4096, 0, 0, 0, EINVAL",
    "munmap, T, 4096, 0, 0, 0, EINVAL",
    "munmap, B, 4096, 0, 0, 0, 0x0",
    "mprotect, M, 4096, 16, 0, 0, EINVAL",
    "mprotect, M, 4096, 0x3000000, 0, 0, EINVAL",
    "mprotect, M, X, 1, 0, 0, ENOMEM",
    "mprotect, M, 0, 16, 0, 0, 0x0",
    "mprotect, M, 0x5000, 1, 0, 0, ENOMEM",
    "mprotect, B, 4096, 1, 0, 0, ENOMEM",
    "mprotect, M, 4096, 0x1000001, 0, 0, EINVAL",
    "mremap, B, 4096, 4096, 0, 0, EFAULT",
    "mremap, M, 4096, 0, 0, 0, EINVAL",
    "mremap, M, 4096, 4096, 8, 0, EINVAL",
    "mremap, M, 4096, 4096, 2, B, EINVAL",
    "mremap, M, 4096, 4096, 3, M, EINVAL",
    "mremap, M, 4096, 8192, 7, B, EINVAL",
    "mremap, M, 4096, 8192, 0, 0, ENOMEM",
    "mremap, M, 0, 8192, 1, 0, EINVAL",
    "mremap, M, -0x1000, 4096, 1, 0, EINVAL",
    "mremap, M, 0x3000, 0x4000, 1, 0, EFAULT",
    "mremap, M, 4096, X, 1, 0, EINVAL",
    "madvise, M, 4096, 7, 0, 0, EINVAL",
    "madvise, M, X, 4, 0, 0, EINVAL",
    "madvise, M, 0, 4, 0, 0, 0x0",
    "madvise, M, 0x5000, 4, 0, 0, ENOMEM",
    "madvise, M, 4096, 9, 0, 0, EINVAL",
    "madvise, 0x10002000, 4096, 23, 0, 0, EINVAL",
    "mlock2, M, 4096, 2, 0, 0, EINVAL",
    "mlock2, B, 4096, 0, 0, 0, ENOMEM",
    "mlock2, M, X, 0, 0, 0, 0x0",
    "mlock2, M, 0x1000000, 0, 0, 0, ENOMEM",
    "mlockall, 0, 0, 0, 0, 0, EINVAL",
    "mlockall, 4, 0, 0, 0, 0, EINVAL",
    "mlockall, 2, 0, 0, 0, 0, 0x0",
    "msync, M, 4096, 5, 0, 0, EINVAL",
    "msync, M, 0x5000, 4, 0, 0, ENOMEM",
    "msync, B, 4096, 1, 0, 0, ENOMEM",
    "mincore, M, 0x5000, 0, 0, 0, ENOMEM",
    "mincore, M, X, 0, 0, 0, ENOMEM",
    "mincore, 0x10000001, 1, 0, 0, 0, EINVAL",
  })
  void asTheKernel(String call, String a, String b, String c, String d, String e, String expected) {
    try (Machine machine = SpaceMachines.of(PageTableLayout.X86_64)) {
      Space space = new Space(machine);
      space.map(0, "aabb");
      long x = number(a);
      long y = number(b);
      long z = number(c);
      long result =
          switch (call) {
            case "mmap" -> space.calls.mmap(x, y, z, number(d), 99, number(e));
            case "munmap" -> space.calls.munmap(x, y);
            case "mprotect" -> space.calls.mprotect(x, y, z);
            case "mremap" -> space.calls.mremap(x, y, z, number(d), number(e));
            case "madvise" -> space.calls.madvise(x, y, z);
            case "mlock2" -> space.calls.mlock2(x, y, z);
            case "mlockall" -> space.calls.mlockall(x);
            case "msync" -> space.calls.msync(x, y, z);
            default -> space.calls.mincore(x, y, (page, resident) -> {});
          };
      assertThat(Errno.text(result)).isEqualTo(expected);
      assertThat(space.findings()).isEmpty();
    }
  }

  @Test
  void limits() {
    try (Machine machine = SpaceMachines.of(PageTableLayout.X86_64)) {
      Space space = new Space(machine);
      ProcessLimits limits = space.process.limits();
      SpaceSettings settings = space.mm.spaces().settings();
      long stack = space.mm.totalVm();
      limits.addressSpace((stack + 4) << 12);
      expect(space, 5, 3, 0, "ENOMEM");
      expect(space, 4, 3, 0, "ok");
      limits.addressSpace(ProcessLimits.INFINITY);
      limits.data(5 << 12);
      expect(space, 6, 3, 0, "ENOMEM");
      expect(space, 6, 1, 0, "ok");
      limits.data(ProcessLimits.INFINITY);
      settings.maxMapCount((int) space.mm.mapCount());
      assertThat(space.calls.munmap(Space.at(101), 4096)).isEqualTo(-Errno.ENOMEM);
      settings.maxMapCount(65530);
      limits.memlock(0);
      assertThat(space.calls.mlock(Space.at(100), 4096)).isEqualTo(-Errno.EPERM);
      expect(space, 1, 3, MapFlags.MAP_LOCKED, "EPERM");
      limits.memlock(4096);
      expect(space, 2, 3, MapFlags.MAP_LOCKED, "EAGAIN");
      settings.overcommit(SpaceSettings.Overcommit.NEVER);
      limits.privileged(true);
      long room =
          space.mm.spaces().commitment().limitPages()
              - space.mm.spaces().commitment().committedPages()
              - space.mm.totalVm() / 32;
      expect(space, room, 3, MapFlags.MAP_NORESERVE, "ENOMEM");
      expect(space, room - 1, 3, 0, "ok");
      settings.overcommit(SpaceSettings.Overcommit.GUESS);
      expect(space, 1 << 20, 3, 0, "ENOMEM");
      expect(space, 1 << 20, 3, MapFlags.MAP_NORESERVE, "ok");
      settings.overcommit(SpaceSettings.Overcommit.ALWAYS);
      expect(space, 1 << 20, 3, 0, "ok");
      assertThat(space.findings()).isEmpty();
    }
  }

  /** Maps alone in its place. */
  private static void expect(Space space, long pages, long prot, long more, String expected) {
    space.calls.munmap(Space.at(100), 1L << 33);
    long result = space.calls.mmap(Space.at(100), pages << 12, prot, 0x32 | more, -1, 0);
    assertThat(Errno.isError(result) ? Errno.text(result) : "ok").isEqualTo(expected);
  }

  /** The heap grows and shrinks, and stops below a neighbour. */
  @Test
  void theHeap() {
    try (Machine machine = SpaceMachines.of(PageTableLayout.X86_64)) {
      Space space = new Space(machine);
      long start = space.mm.startBrk();
      assertThat(space.calls.brk(0)).isEqualTo(start);
      assertThat(space.calls.brk(start + 5000)).isEqualTo(start + 5000);
      assertThat(space.calls.brk(start + 9000)).isEqualTo(start + 9000);
      assertThat(MapsText.text(space.mm))
          .startsWith("555555554000-555555557000 rw-p 00000000 00:00 0 ")
          .contains("                 [heap]\n")
          .endsWith("[stack]\n");
      space.calls.mmap(start + 0x5000, 4096, 3, 0x32, -1, 0);
      assertThat(space.calls.brk(start + 0x5000)).as("a page stays free").isEqualTo(start + 9000);
      assertThat(space.calls.brk(start + 0x4000)).isEqualTo(start + 0x4000);
      assertThat(space.calls.brk(start)).isEqualTo(start);
      assertThat(space.areas()).hasSize(1);
      assertThat(space.calls.brk(-1)).isEqualTo(start);
      assertThat(space.findings()).isEmpty();
    }
  }
}
