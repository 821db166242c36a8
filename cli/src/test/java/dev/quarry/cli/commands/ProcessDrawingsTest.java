package dev.quarry.cli.commands;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.cli.lang.Interpreter;
import dev.quarry.cli.lang.Session;
import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.virtual.fault.FaultCounts;
import dev.quarry.virtual.fault.FaultLeaf;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.VmAreaStruct;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures of processes: small ones exactly, random ones against what the machine has. */
class ProcessDrawingsTest {
  private static final Pattern AREA =
      Pattern.compile("^([ │]*)(──|┌──|└──)([RB]) +([0-9a-f]+)-([0-9a-f]+) (\\S{4}) +(\\d+) ");

  /** A session in which scripts run. */
  private static final class Ran implements AutoCloseable {
    final StringWriter out = new StringWriter();
    final Session session = AllCommands.session(new PrintWriter(out, true));
    final Interpreter interpreter = new Interpreter(AllCommands.registry(), session);

    Ran(String script) {
      interpreter.run(script, 1);
    }

    String does(String command) {
      out.getBuffer().setLength(0);
      interpreter.run(command, 1);
      return out.toString();
    }

    Process process(int pid) {
      return Booted.machine(session).processes().find(pid).orElseThrow();
    }

    @Override
    public void close() {
      session.close();
    }
  }

  @Test
  void theTreeOfAreas() {
    try (Ran ran = new Ran("boot course\np = spawn\np: a = mmap 16K\np: mprotect a+4K 8K none\n")) {
      assertThat(ran.does("draw areas p"))
          .isEqualTo(
              """
              process 1: 4 areas, tree of height 3, 37 pages
                 ┌──B         7ffffffde000-7ffffffff000 rw-p    33  gap 126M      [stack]
                 │  └──R      7ffff7ffe000-7ffff7fff000 rw-p     1  gap 0
              ──B             7ffff7ffc000-7ffff7ffe000 ---p     2  gap 127T
                 └──B         7ffff7ffb000-7ffff7ffc000 rw-p     1  gap 127T
              R red, B black; pages; gap: the largest free one in the subtree
              """);
    }
  }

  @Test
  void theWalkAsTheProcessorCountsIt() {
    String script = "boot x86-32\np = spawn\np: a = mmap 8K\np: store a+4K 1\n";
    try (Ran ran = new Ran(script)) {
      assertThat(ran.does("draw walk p a+4100"))
          .isEqualTo(
              """
              0xb7fff004 = PGD 735 | PTE 1023 | offset 4
                CR3 ─► table at 0x0100a000
                     │
                PGD[735]  at 0x0100ab7c = 0100c067  table in frame 4108: RW USR A D
                     │
                PTE[1023] at 0x0100cffc = 38000067  frame 229376: RW USR A D
                     │
                     ▼ physical 0x38000004, after 2 memory references
              """);
      assertThat(ran.does("draw walk p a")).endsWith("a page fault, after 2 memory references\n");
    }
  }

  @Test
  void theWalk() {
    String script = "boot x86-32\np = spawn\np: a = mmap 8K\np: store a+4K 1\n";
    try (Ran ran = new Ran(script)) {
      assertThat(ran.does("draw pagetable p a+4100"))
          .isEqualTo(
              """
              process 1: the walk to 0xb7fff004
                bits   31..22    21..12    11..0
                index  PGD 735   PTE 1023  offset 4
                CR3 0x100a000: PGD in frame 4106
                PGD[735]  at 0x0100ab7c = 0100c067  table in frame 4108: RW USR A D
                PTE[1023] at 0x0100cffc = 38000067  frame 229376: RW USR A D
                physical 0x38000004
              """);
      assertThat(ran.does("draw pagetable p a"))
          .endsWith("no translation: an access is a page fault\n");
      assertThat(ran.does("p: mprotect a none; draw pagetable p a+4K"))
          .contains("frame 229376: none USR A D")
          .endsWith("no translation: an access is a page fault\n");
    }
  }

  @Test
  void theSpace() {
    String script =
        "boot course\np = spawn\np: a = mmap 16K\np: store a+4K 1 pages=2\np: load a\np: brk +8K\n";
    try (Ran ran = new Ran(script)) {
      String picture = ran.does("draw space p");
      assertThat(picture)
          .contains("3 areas of 39 pages, 2 in memory\n  00007ffffffff000 ┌──")
          .contains("│ rw-p                   │ 4 pages ███·\n  00007ffff7ffb000 ├──")
          .contains("│ rw-p [heap]            │ 2 pages ··\n  0000555555554000 ├──")
          .contains("│                        │ 85T free\n  0000000000000000 └──")
          .contains("page tables: 4\n");
    }
  }

  /** Each leaf is in the tree once, and counts are the handler's. */
  @Test
  void theDecision() {
    assertThat(FaultPicture.leaves()).containsExactlyInAnyOrder(FaultLeaf.values());
    String script =
        """
        boot course cpus=2
        p = spawn
        p: a = mmap 64K
        p: load a pages=3
        p: store a 1 pages=5
        q = fork p
        p: store a 2 pages=2
        q: store a 3 pages=4
        p: load 0
        p: copy_from_user a 128K
        p: store p.stack-300K 1 cpu=1
        """;
    try (Ran ran = new Ran(script)) {
      Machine machine = Booted.machine(ran.session);
      FaultCounts counts = machine.processes().pages().handler().counts();
      String picture = ran.does("draw fault");
      for (FaultLeaf leaf : FaultLeaf.values()) {
        String line = "(?m)^.* " + leaf.words() + " +" + counts.of(leaf) + "$";
        assertThat(picture).containsPattern(line);
      }
      assertThat(counts.of(FaultLeaf.COW_COPY)).isEqualTo(4);
      assertThat(counts.of(FaultLeaf.COW_REUSE)).isEqualTo(2);
      assertThat(marked(picture))
          .containsExactly(
              "page fault",
              "user's half",
              "below a stack",
              "limit or guard gap: SEGV_MAPERR",
              "failed in kernel mode",
              "in the exception table: go on there");
      assertThat(marked(ran.does("draw fault cpu=1")))
          .containsExactly(
              "page fault",
              "user's half",
              "below a stack",
              "the stack grows, then as in an area",
              "in an area",
              "entry absent",
              "area of memory",
              "write: a page of its own, zeros");
      assertThat(picture.lines())
          .allSatisfy(
              line -> assertThat(line).hasSizeLessThan(101).isEqualTo(line.stripTrailing()));
    }
  }

  private static List<String> marked(String picture) {
    return picture
        .lines()
        .filter(line -> line.contains("►") && !line.startsWith("► the last"))
        .map(line -> line.replaceAll("^[│├└─ ]*► ", "").replaceAll(" {2,}.*", ""))
        .toList();
  }

  /** Steps say what the counters say, on tables that are full, cut, shared and empty. */
  @Test
  void steps() {
    try (Ran ran = new Ran("boot course\np = spawn\n")) {
      assertThat(ran.does("p: a = steps mmap 3M rw private anon touch=700").lines())
          .contains(
              "  4 allocate page tables      by mmap itself: none",
              "                              by the access: PUD in frame 4171, PMD in frame 4172, PTE"
                  + " in frame 4173, PTE in frame 4176",
              "  5 set them                  by mmap itself: 0 entries",
              "                              page faults: 700 demand zero");
      ran.does("q = fork p");
      assertThat(ran.does("p: steps munmap a+1M 1M").lines().toList())
          .contains(
              "  2 remove them               1 area out of tree and list: 2, with the cuts 4, now 3",
              "  3 free their descriptors    1 vm_area_struct object: 4 were in use, now 5",
              "  4 clear the tables          256 entries showed a page",
              "  7 free the frames           none",
              "                              256 stay: zeros, pages of files, of a huge page, or of"
                  + " another process");
      ran.does("exit q");
      assertThat(ran.does("p: steps munmap a 3M").lines().toList())
          .contains(
              "  1 find the areas            0x7ffff7cff000-0x7ffff7dff000, 0x7ffff7eff000-0x7ffff7fff000",
              "  2 remove them               2 areas out of tree and list: 3, now 1",
              "  4 clear the tables          444 entries showed a page",
              "  6 free the tables           2 tables, frames 4173, 4176");
      assertThat(ran.does("p: steps munmap 0x1000 4K"))
          .contains("none has a page in the range", "0 areas out of tree and list: 1, now 1");
      assertThat(ran.does("p: steps munmap 0x1001 4K")).startsWith("EINVAL");
      assertThat(ran.does("p: steps mmap 64K r fixed=0x10000000000 touch=1"))
          .contains("0x10000000000, as it was asked for", "page faults: zero page");
    }
  }

  /** A huge page is one entry and 512 frames, until a part of it goes. */
  @Test
  void hugePages() {
    String script = "boot laptop\np = spawn\np: a = mmap 4M\np: madvise a hugepage\n";
    try (Ran ran = new Ran(script)) {
      assertThat(ran.does("p: store a+2M 1")).startsWith("huge demand zero, frame ");
      assertThat(ran.does("draw pagetable p a+3M")).contains(": RW USR A D PSE NX\n  physical 0x");
      assertThat(ran.does("p: mincore a")).endsWith("\n512 pages in memory\n");
      assertThat(ran.does("cat /proc/1/numa_maps"))
          .contains(" default anon=512 dirty=512 active=0 ");
      assertThat(ran.does("p: steps munmap a+2M 4K")).contains("1 entry showed a page");
      assertThat(ran.does("p: steps munmap a")).contains("511 entries showed a page");
      assertThat(Booted.machine(ran.session).invariants()).isEmpty();
    }
  }

  /** Whatever areas there are: the tree that is drawn is the tree that there is. */
  @ParameterizedTest
  @ValueSource(strings = {"course", "x86-32"})
  void randomAreas(String machine) {
    long seed = 20_261_127;
    Random random = new Random(seed);
    for (int round = 0; round < 8; round++) {
      String script = randomWork(random, machine);
      try (Ran ran = new Ran(script)) {
        String where = "seed " + seed + ":\n" + script;
        MmStruct mm = ran.process(1).mm();
        String tree = ran.does("draw areas p");
        assertThat(drawn(tree)).as(where).containsExactlyElementsOf(areas(mm));
        isATree(where + tree, tree);
        String space = ran.does("draw space p");
        assertThat(space.lines().filter(line -> line.contains("│ ")).count())
            .as(where + space)
            .isGreaterThan(mm.mapCount());
        assertThat(space).as(where).contains("page tables: " + TableWalk.tables(mm) + "\n");
        assertThat(Booted.machine(ran.session).invariants()).as(where).isEmpty();
      }
    }
  }

  private static String randomWork(Random random, String machine) {
    StringBuilder script = new StringBuilder("boot " + machine + "\np = spawn\n");
    String[] protections = {"r", "rw", "rwx", "none"};
    for (int i = 0; i < 25; i++) {
      String name = "a[" + i + "]";
      int pages = 1 + random.nextInt(12);
      String protection = protections[random.nextInt(4)];
      script.append("p: " + name + " = mmap " + 4 * pages + "K " + protection + "\n");
      int page = random.nextInt(pages);
      switch (random.nextInt(4)) {
        case 0 -> script.append("p: munmap " + name + "+" + page + "*4K 4K\n");
        case 1 -> script.append("p: mprotect " + name + "+" + page + "*4K 4K rw\n");
        case 2 -> script.append("p: store " + name + "+" + page + "*4K 1\n");
        default -> script.append("p: load " + name + "+" + page + "*4K\n");
      }
    }
    return script.toString();
  }

  /** Areas as the picture has them, the lowest first. */
  private static List<String> drawn(String tree) {
    List<String> areas = new ArrayList<>();
    for (MatchResult line : lines(tree)) {
      areas.addFirst(
          line.group(4)
              + "-"
              + line.group(5)
              + " "
              + line.group(6)
              + " "
              + line.group(7)
              + " "
              + line.group(3)
              + " "
              + (line.group(1).length() / 3 + 1));
    }
    return areas;
  }

  private static List<MatchResult> lines(String tree) {
    return tree.lines()
        .map(AREA::matcher)
        .filter(Matcher::find)
        .map(Matcher::toMatchResult)
        .toList();
  }

  private static List<String> areas(MmStruct mm) {
    List<String> all = new ArrayList<>();
    VmAreaStruct areas = mm.spaces().areas();
    for (long vma = mm.firstArea(); vma != VmAreaStruct.NONE; vma = areas.next(vma)) {
      all.add(
          Long.toHexString(areas.start(vma))
              + "-"
              + Long.toHexString(areas.end(vma))
              + " "
              + AreasPicture.permissions(areas.flags(vma))
              + " "
              + areas.pages(vma)
              + " "
              + (areas.isRed(vma) ? "R" : "B")
              + " "
              + AreasPicture.depth(mm, vma));
    }
    return all;
  }

  /** One root, and no red node below a red one. */
  private static void isATree(String where, String tree) {
    List<MatchResult> lines = lines(tree);
    assertThat(lines.stream().filter(line -> line.group(2).equals("──"))).as(where).hasSize(1);
    for (int i = 0; i < lines.size(); i++) {
      int depth = lines.get(i).group(1).length();
      int towards = lines.get(i).group(2).startsWith("┌") ? 1 : -1;
      int parent = i + towards;
      while (depth > 0 && lines.get(parent).group(1).length() != depth - 3) {
        parent += towards;
      }
      boolean red = lines.get(i).group(3).equals("R");
      assertThat(depth > 0 && red && lines.get(parent).group(3).equals("R")).as(where).isFalse();
    }
  }
}
