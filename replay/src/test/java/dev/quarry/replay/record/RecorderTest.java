package dev.quarry.replay.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.replay.read.Fixtures;
import dev.quarry.replay.read.RecordingMeta;
import dev.quarry.replay.recording.Recording;
import dev.quarry.replay.report.ReplayOptions;
import dev.quarry.replay.report.ReplayResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recordings from a folder that plays the kernel; and from the kernel itself, where one may. */
class RecorderTest {
  private static final List<EventSet> ALL = List.of(EventSet.values());
  private static final String TEXT =
      """
                  sh-7    [000] ..... 100.000001: mm_page_alloc: page=ffffea0005d31f00 pfn=0x102d order=0 migratetype=1 gfp_flags=GFP_HIGHUSER_MOVABLE|__GFP_ZERO
                  sh-7    [000] ..... 100.000002: kmalloc: call_site=foo+0x10d/0x140 ptr=ffff888000001840 bytes_req=60 bytes_alloc=64 gfp_flags=GFP_NOFS|__GFP_ZERO node=-1 accounted=false
            a: b-c-8      [001] d..1. 100.000005: kmem_cache_alloc: call_site=bar+0x3c/0x110 ptr=ffffc90000001000 name=my cache bytes_req=184 bytes_alloc=192 gfp_flags=GFP_KERNEL node=-1
                  sh-7    [000] ..... 100.000006: kfree: call_site=foo+0x20/0x30 ptr=0000000000000000
                  sh-7    [000] ..... 100.000007: kfree: call_site=foo+0x20/0x30 ptr=ffff888000001840
      CPU:1 [LOST 23 EVENTS]
               <...>-9    [001] d.... 100.000020: page_fault_user: address=0x7f7975a5f000 ip=0x7f79bace2058 error_code=0x6
                  sh-7    [000] ..... 100.000021: sys_mmap(addr: 0, len: 10000, prot: 3, flags: 32, fd: ffffffff, off: 0)
                  sh-7    [000] ..... 100.000025: sys_mmap -> 0x7f7975a60000
                  sh-7    [000] ..... 100.000030: kmem_cache_free: call_site=bar+0x59/0x90 ptr=ffffc90000001000 name=my cache
                  sh-7    [000] ..... 100.000031: mm_page_free: page=ffffea0005d31f00 pfn=0x102d order=0
      """;

  @TempDir Path folder;

  private final List<String> progress = new ArrayList<>();

  private FakeKernel kernel(List<EventSet> sets) throws IOException {
    return new FakeKernel(folder.resolve("tracing"), sets);
  }

  private RecordOptions options(boolean compact, String... command) {
    return new RecordOptions(folder.resolve("out"), ALL, compact, 4096, List.of(command));
  }

  private RecordResult record(FakeKernel kernel, RecordOptions options) throws IOException {
    Path proc = Fixtures.tiny().resolve("before");
    return new Recorder(kernel.traceFs(), proc, progress::add).record(options);
  }

  @Test
  void makesTheFilesOfARecording() throws IOException {
    FakeKernel kernel = kernel(ALL);
    kernel.all = TEXT;
    kernel.lost = 23;
    RecordResult result = record(kernel, options(false, "sh", "-c", "exit 7"));
    assertThat(result.exitCode()).isEqualTo(7);
    assertThat(result.lost()).isEqualTo(23);
    assertThat(result.events()).isEqualTo(10);
    Path out = folder.resolve("out");
    assertThat(Files.readString(out.resolve("ev.K.txt")))
        .isEqualTo(
            """
            #t0 100.000001
            #comm 7 sh
            #gfp 0 GFP_HIGHUSER_MOVABLE|__GFP_ZERO
            A 0 0 7 4141 0 1 0
            F 30 0 7 4141 0
            """);
    assertThat(Files.readString(out.resolve("ev.S.txt")))
        .isEqualTo(
            """
            #t0 100.000002
            #site 0 foo+0x10d
            #gfp 0 GFP_NOFS|__GFP_ZERO
            #comm 7 sh
            k 0 0 7 1840 60 64 0 0
            #site 1 bar+0x3c
            #cache 0 my_cache 184 192
            #gfp 1 GFP_KERNEL
            #comm 8 a: b-c
            c 3 1 8 vffffc90000001000 0 1 1
            #site 2 foo+0x20
            f 2 0 7 1840 2
            #site 3 bar+0x59
            d 23 0 7 vffffc90000001000 0 3
            """);
    assertThat(Files.readString(out.resolve("ev.F.txt")))
        .isEqualTo("#t0 100.000020\nu 0 1 9 7f7975a5f000 7f79bace2058 6\n");
    assertThat(Files.readString(out.resolve("ev.O.txt")))
        .isEqualTo(
            """
            #t0 100.000021
            #comm 7 sh
            0 0 7 sys_enter_mmap addr: 0, len: 10000, prot: 3, flags: 32, fd: ffffffff, off: 0
            4 0 7 sys_exit_mmap 0x7f7975a60000
            """);
    RecordingMeta meta = RecordingMeta.read(out.resolve("meta.json"), "meta.json");
    assertThat(meta.lostEvents()).hasValue(23);
    assertThat(meta.command()).containsExactly("sh");
    for (String file : List.of("buddyinfo", "zoneinfo", "pagetypeinfo")) {
      byte[] bytes = Files.readAllBytes(Fixtures.tiny().resolve("before").resolve(file));
      assertThat(out.resolve("before").resolve(file)).hasBinaryContent(bytes);
      assertThat(out.resolve("after").resolve(file)).hasBinaryContent(bytes);
    }
    assertThat(kernel.enabled)
        .containsExactlyInAnyOrderElementsOf(
            ALL.stream().flatMap(set -> set.events().stream()).map(e -> "events/" + e).toList());
    isClean(kernel);
  }

  private void isClean(FakeKernel kernel) throws IOException {
    assertThat(kernel.removed).hasSize(1);
    assertThat(kernel.switchedOff).isTrue();
    try (Stream<Path> left = Files.list(kernel.root.resolve("instances"))) {
      assertThat(left).isEmpty();
    }
    if (Files.exists(folder.resolve("out"))) {
      assertThat(folder.resolve("out/.scratch")).doesNotExist();
    }
  }

  @Test
  void ringsThatFillUpAreReadMeanwhileAndMerged() throws IOException {
    FakeKernel kernel = kernel(ALL);
    StringBuilder zero = new StringBuilder();
    StringBuilder one = new StringBuilder();
    for (String line : TEXT.split("(?<=\n)")) {
      (line.contains("[001]") || line.contains("CPU:1") ? one : zero).append(line);
    }
    kernel.ofCpus = List.of(zero.toString(), one.toString());
    kernel.bytesInRing = 3 << 20;
    RecordResult result = record(kernel, options(true, "sleep", "0.3"));
    assertThat(result.events()).isEqualTo(10);
    Path out = folder.resolve("out");
    assertThat(Files.readString(out.resolve("ev.S.txt"))).contains("c 3 1 8 v").contains("f 2 0 7");
    assertThat(out.resolve("ev.K.qk")).isNotEmptyFile();
    isClean(kernel);
  }

  @Test
  void leavesNothingBehindWhenItFails() throws IOException {
    FakeKernel kernel = kernel(ALL);
    assertThatThrownBy(() -> record(kernel, options(false, "/no/such/command")))
        .isInstanceOf(RecordException.class)
        .hasMessageStartingWith("cannot run /no/such/command: ");
    isClean(kernel);
    assertThat(folder.resolve("out")).doesNotExist();
    kernel.removed.clear();
    for (String file : List.of("trace_clock", "events/kmem/kfree/enable")) {
      kernel.refused = file;
      assertThatThrownBy(() -> record(kernel, options(false, "true")))
          .isInstanceOf(RecordException.class)
          .hasMessageContaining("the kernel does not take \"")
          .hasMessageContaining(file);
      isClean(kernel);
      assertThat(folder.resolve("out")).doesNotExist();
      kernel.removed.clear();
    }
  }

  @Test
  void refusesAFolderThatIsThere() throws IOException {
    Files.createDirectory(folder.resolve("out"));
    FakeKernel kernel = kernel(ALL);
    assertThatThrownBy(() -> record(kernel, options(false, "true")))
        .isInstanceOf(RecordException.class)
        .hasMessageEndingWith("out is there already: name a new folder with --out");
    assertThat(folder.resolve("out")).exists();
  }

  @Test
  void saysWhichEventsAKernelLacks() throws IOException {
    FakeKernel kernel = kernel(List.of(EventSet.KMEM, EventSet.SLAB, EventSet.MAPS));
    kernel.all = TEXT;
    RecordResult result = record(kernel, options(false, "true"));
    assertThat(result.notes())
        .contains(
            "this kernel has no exceptions/page_fault_user, exceptions/page_fault_kernel",
            "kpageflags could not be read: where free blocks lie is not known");
    FakeKernel none = new FakeKernel(folder.resolve("none"), List.of());
    assertThatThrownBy(() -> record(none, options(false, "true")))
        .isInstanceOf(RecordException.class)
        .hasMessageStartingWith("this kernel has none of the events: kmem/mm_page_alloc, ");
  }

  @Test
  void saysHowToGiveWhatIsMissing() throws IOException {
    Path mounts = Files.writeString(folder.resolve("mounts"), "proc /proc proc rw 0 0\n");
    assumeTrue(
        !Files.exists(Path.of("/sys/kernel/tracing/events"))
            && !Files.exists(Path.of("/sys/kernel/debug/tracing/events"))
            && (Files.isReadable(Path.of("/sys/kernel/tracing"))),
        "tracefs is mounted here");
    assertThatThrownBy(() -> TraceFs.find(mounts))
        .isInstanceOf(RecordException.class)
        .hasMessage(
            "tracefs is not mounted; root mounts it with:"
                + " mount -t tracefs nodev /sys/kernel/tracing");
    assertThatThrownBy(() -> TraceFs.find(folder.resolve("absent")))
        .isInstanceOf(RecordException.class)
        .hasMessageStartingWith("there is no ");
  }

  @Test
  void findsWhereItIsMounted() throws IOException {
    assumeTrue(
        !Files.exists(Path.of("/sys/kernel/tracing/events"))
            && !Files.exists(Path.of("/sys/kernel/debug/tracing/events")),
        "tracefs is mounted at its usual place");
    FakeKernel kernel = kernel(ALL);
    Path mounts =
        Files.writeString(
            folder.resolve("mounts"), "nodev " + kernel.root + " tracefs rw,relatime 0 0\n");
    assertThat(TraceFs.find(mounts).root()).isEqualTo(kernel.root);
  }

  @Test
  void theKernelItself() throws IOException {
    TraceFs traceFs;
    try {
      traceFs = TraceFs.find(Path.of("/proc/mounts"));
    } catch (RecordException e) {
      assumeTrue(false, "nothing can be recorded here: " + e.getMessage());
      return;
    }
    Path out = folder.resolve("real");
    RecordOptions options =
        new RecordOptions(out, List.of(EventSet.KMEM), true, 16 << 10, List.of("ls", "/usr/bin"));
    RecordResult result = new Recorder(traceFs, Path.of("/proc"), progress::add).record(options);
    assertThat(result.exitCode()).isZero();
    assertThat(result.counts()).containsKeys("mm_page_alloc", "mm_page_free");
    long pid = ProcessHandle.current().pid();
    assertThat(traceFs.root().resolve("instances/quarry-" + pid)).doesNotExist();
    try (ReplayResult replay =
        ReplayResult.play(Recording.open(out), ReplayOptions.PLAIN, bytes -> {})) {
      assertThat(replay.player().counters().events()).isPositive();
      assertThat(replay.machine().invariants()).isEmpty();
    }
  }

  @Test
  void kindsOfEventsHaveNames() {
    assertThat(EventSet.parse("kmem,slab,kmem")).containsExactly(EventSet.KMEM, EventSet.SLAB);
    assertThatThrownBy(() -> EventSet.parse("kmem,pages"))
        .hasMessage("\"pages\" is none of kmem, slab, fault, maps");
    assertThatThrownBy(() -> EventSet.parse(""))
        .hasMessage("\"\" is none of kmem, slab, fault, maps");
  }
}
