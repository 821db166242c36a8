package dev.quarry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.quarry.cli.commands.AllCommands;
import dev.quarry.machine.FaultSite;
import dev.quarry.machine.KernelRelease;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.machine.Presets;
import dev.quarry.observe.ProcFs;
import dev.quarry.physical.GfpVocabulary;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Damaged scripts and command lines: each is run, answered with no, or refused with a message that
 * names the place; none hangs, fills memory or breaks Quarry. {@code -Dquarry.mutants=N} and {@code
 * -Dquarry.seed=N} try more and others.
 */
class MutationTest {
  private static final long SEED = Long.getLong("quarry.seed", 20_260_101);
  private static final int MUTANTS = Integer.getInteger("quarry.mutants", 150);

  /** Allocated in all, garbage included: each step may leave some. */
  private static final long MOST_BYTES = 256L << 20;

  private static final long MOST_BYTES_OF_A_SHELL = 4L << 30;
  private static final int MOST_OUTPUT = 8 << 20;
  private static final Pattern PLACE = Pattern.compile("stdin:\\d+:\\d+: \\S.*", Pattern.DOTALL);

  @Test
  @Timeout(value = 20, unit = TimeUnit.MINUTES)
  void damagedScripts() throws IOException {
    Mutator mutator = new Mutator(SEED, words());
    List<String> scripts = scripts();
    int[] codes = new int[3];
    for (int i = 0; i < MUTANTS; i++) {
      String mutant = mutator.mutate(mutator.oneOf(scripts));
      String name = "script " + i + " of seed " + SEED + ":\n" + mutant;
      Cli.Result result =
          watched(name, MOST_BYTES, () -> Cli.runWithInput(mutant, "run", "--steps", "30000", "-"));
      codes[result.code()]++;
      if (result.code() == 0) {
        assertThat(result.err()).as(name).isEmpty();
      } else {
        assertThat(result.err()).as(name).matches(PLACE);
      }
    }
    assertThat(codes[0]).as("that ran").isGreaterThan(MUTANTS / 50);
    assertThat(codes[2]).as("that were refused").isGreaterThan(MUTANTS / 4);
  }

  @Test
  @Timeout(value = 20, unit = TimeUnit.MINUTES)
  void damagedShellInput() throws IOException {
    Mutator mutator = new Mutator(SEED + 1, words());
    List<String> scripts = scripts();
    for (int i = 0; i < MUTANTS / 10; i++) {
      // A shell's line may work for five million steps: too long for here.
      String mutant = mutator.mutate(mutator.oneOf(scripts)).replaceAll("repeat +\\S+", "repeat 9");
      String name = "shell input " + i + " of seed " + SEED + ":\n" + mutant;
      Cli.Result result =
          watched(name, MOST_BYTES_OF_A_SHELL, () -> Cli.runWithInput(mutant, "shell"));
      assertThat(result.err()).as(name).isEmpty();
    }
  }

  @Test
  @Timeout(value = 20, unit = TimeUnit.MINUTES)
  void damagedCommandLines() {
    Mutator mutator = new Mutator(SEED + 2, words());
    List<String> lines =
        List.of(
            "machine laptop --set ram=4G --set cpus=2",
            "machine --text tiny",
            "machine examples/two-nodes.machine --set max_order=9",
            "check tiny --steps 50 --seed 3",
            "run --steps 20000 --echo examples/buddy.quarry",
            "replay --strict --check --json replay/src/test/resources/recordings/tiny",
            "replay --set nodes=2,percpu=no --versus ram=1G replay/src/test/resources/recordings/tiny",
            "help run",
            "--version");
    for (int i = 0; i < MUTANTS; i++) {
      String mutant = mutator.mutate(mutator.oneOf(lines)).replaceAll("--steps[ =]\\d{5,}", "");
      String[] args = mutant.split(" ", -1);
      String name = "command line " + i + " of seed " + SEED + ": " + List.of(args);
      Cli.Result result = watched(name, MOST_BYTES, () -> Cli.runWithInput("print 1\n", args));
      if (result.code() == 2 && result.out().isEmpty()) {
        assertThat(result.err()).as(name).containsPattern("(quarry|[\\w.]+:\\d+:\\d+): \\S");
      }
    }
  }

  /** Runs something and holds it against what everything must keep to. */
  private static Cli.Result watched(String name, long mostBytes, Supplier<Cli.Result> run) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    Cli.Result result;
    try {
      result = run.get();
    } catch (Throwable e) {
      throw new AssertionError(name, e);
    }
    long bytes = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(result.code()).as("%s%n%s", name, result.err()).isIn(0, 1, 2);
    assertThat(result.err()).as(name).doesNotContain("\tat ").doesNotContain("\u001b");
    assertThat(bytes).as("bytes allocated by " + name).isLessThan(mostBytes);
    assertThat(result.out().length()).as("output of " + name).isLessThan(MOST_OUTPUT);
    return result;
  }

  private static List<String> scripts() throws IOException {
    List<String> scripts = new ArrayList<>();
    for (Path file : Repository.files("examples", ".quarry")) {
      scripts.add(Files.readString(file));
    }
    scripts.add("boot tiny\nfor i in 0..9 { p[$i] = alloc_page GFP_KERNEL; print p[$i].pfn }\n");
    scripts.add("boot course\nprint \"a \\\" b\" 1; n = 5; expect n == 5; names\nhelp draw\n");
    scripts.add("boot server ram=64M\nrepeat 3 { check; draw zones; draw pcp; show_mem; dmesg }\n");
    scripts.add(
        "boot course\np = spawn\np: a = mmap 64K rw private anon\np: store a+8 42\nq = fork p\n"
            + "q: store a 1 pages=3\np: b = mremap a 64K 128K maymove\nvfork q\nclone p\n"
            + "p: copy_from_user b 8K atomic=yes\np: copy_to_user b \"text\"\np: kernel_load 8\n"
            + "p: process_vm_readv q b a 16\nexit q\nps\np: brk +8K\np: mlockall current\n");
    scripts.add(
        "boot tiny\np = spawn as=1M stack=64K layout=random seed=3\np: f = memfd x 8K\n"
            + "p: m = mmap 8K rw shared file f offset=4K\np: ftruncate f 4K\np: load m\np: close f\n"
            + "p: g = tmpfile 4K\np: madvise m willneed\np: msync m async\np: mincore m\n"
            + "draw areas p\ndraw space p\ndraw pagetable p m\ndraw fault\np: steps munmap m\n");
    scripts.add(
        "boot laptop ram=32M lru=mglru\nswapon 64M priority=3\nfail swap_write nth=40 times=9\n"
            + "p = spawn\np: a = mmap 40M rw private anon\np: store a 1 pages=9000\nfail\n"
            + "p: load a pages=3000\necho 10 > /proc/sys/vm/swappiness\nfail page_alloc nth=3\n"
            + "mkdir /sys/fs/cgroup/g\necho 4M > /sys/fs/cgroup/g/memory.max\np: f = tmpfile 8M\nfail read nth=2\np: read f a 64K times=99\n"
            + "p: write f a 64K times=40\np: fsync f\necho 1 > /proc/sys/vm/compact_memory\n"
            + "draw page f 3\ndraw compaction\nswapoff\nfail slab off\ncheck\n");
    scripts.add("boot x86-32\n__pa 0xc0001000\n__va 0x1000\nvirt_to_page 0xc0001000\nquit\n");
    return scripts;
  }

  private static List<String> words() {
    List<String> words = new ArrayList<>(AllCommands.registry().names());
    words.addAll(GfpVocabulary.of(KernelRelease.DEFAULT).names());
    words.addAll(Presets.names());
    words.addAll(MachineSpecReader.keys());
    words.addAll(ProcFs.paths());
    words.addAll(List.of("p", "q", "f", "Normal", "DMA", "Normal[1]", "p[0]", "p.pfn", "$i", "in"));
    words.addAll(
        List.of("order", "cpu", "node", "zone", "leave", "fails", "works", "buddy", "pcp"));
    words.addAll(
        List.of("p:", "q:", "s.foo:", "p.brk", "a+4K", "a-1", "a*a", "none", "rw", "anon", "file"));
    words.addAll(
        List.of("private", "shared", "fixed", "noreplace", "populate", "locked", "growsdown"));
    words.addAll(
        List.of("dontneed", "wipeonfork", "maymove", "dontunmap", "onfault", "current", "sync"));
    words.addAll(List.of("areas", "pagetable", "space", "fault", "pages", "bytes", "text", "hint"));
    words.addAll(List.of("/proc/1/smaps", "/proc/2/pagemap", "/proc/1/numa_maps", "/proc/9/maps"));
    words.addAll(FaultSite.words());
    words.addAll(List.of("--set", "--steps", "--check", "--json", "-h", "--", "run", "machine"));
    return words;
  }
}
