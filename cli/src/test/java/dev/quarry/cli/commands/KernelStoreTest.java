package dev.quarry.cli.commands;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.cli.lang.Interpreter;
import dev.quarry.cli.lang.Session;
import dev.quarry.kernel.Machine;
import dev.quarry.physical.FrameKind;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A user of the shell may write anywhere in RAM that the kernel's structures are not in. */
class KernelStoreTest {
  private static final String SCRIPT =
      """
      a = vmalloc 64K
      b = vmalloc 8M
      p = spawn
      p: m = mmap 64K rw private anon
      p: store m 1 pages=16
      q = fork p
      q: store m 2 pages=3
      p: f = memfd some 64K
      p: n = mmap 64K rw shared file f
      p: store n 3 pages=5
      o = kmalloc 100
      """;
  private static final String AFTER =
      """
      draw vmalloc
      draw space p
      draw areas q
      cat /proc/1/smaps
      cat /proc/vmallocinfo
      cat /proc/slabinfo
      p: load m
      p: munmap m 64K
      q: mmap 64K
      exit p
      exit q
      vfree a
      vfree b
      check
      """;

  /** Wherever a number is written, what comes afterwards works, and the structures are sound. */
  @ParameterizedTest
  @ValueSource(strings = {"boot course", "boot x86-32"})
  void aNumberAnywhere(String boot) {
    long seed = 20_261_126;
    Random random = new Random(seed);
    StringWriter out = new StringWriter();
    try (Session session = AllCommands.session(new PrintWriter(out))) {
      Interpreter shell = new Interpreter(AllCommands.registry(), session);
      shell.run(boot + "\n" + SCRIPT, 1);
      Machine machine = Booted.machine(session);
      long base = machine.allocator().directMap().base();
      int[] answers = new int[2];
      for (int pfn : used(machine)) {
        for (int i = 0; i < 12; i++) {
          long at = base + ((long) pfn << 12) + 4 * random.nextInt(1022);
          String command = "store 0x" + Long.toHexString(at) + " 0x" + number(random);
          out.getBuffer().setLength(0);
          shell.run(command, 1);
          answers[out.toString().isEmpty() ? 0 : 1]++;
        }
      }
      assertThat(answers[0]).as("written").isPositive();
      assertThat(answers[1]).as("refused").isPositive();
      out.getBuffer().setLength(0);
      shell.run(AFTER, 1);
      assertThat(machine.invariants()).as("seed " + seed).isEmpty();
      assertThat(out.toString()).endsWith("all invariants hold\n");
    }
  }

  private static String number(Random random) {
    long number = random.nextBoolean() ? random.nextLong() : random.nextInt(4096);
    return Long.toHexString(number);
  }

  /** The frames in use that the direct map shows. */
  private static List<Integer> used(Machine machine) {
    List<Integer> used = new ArrayList<>();
    long frames = machine.allocator().directMap().bytes() >>> 12;
    for (int pfn = 0; pfn < frames; pfn++) {
      if (machine.memory().kindOf(pfn) == FrameKind.ALLOCATED) {
        used.add(pfn);
      }
    }
    return used;
  }

  @Test
  void aPageTableIsNamed() {
    StringWriter out = new StringWriter();
    try (Session session = AllCommands.session(new PrintWriter(out))) {
      Interpreter shell = new Interpreter(AllCommands.registry(), session);
      shell.run("boot course\np = spawn\np: m = mmap 4K\np: store m 1\n", 1);
      Machine machine = Booted.machine(session);
      var mm = machine.processes().all().getFirst().mm();
      long slot = mm.tables().walk(mm.mmapBase() - 4096).getLast().slot();
      String at = Long.toHexString(machine.allocator().directMap().base() + slot);
      out.getBuffer().setLength(0);
      shell.run("store 0x" + at + " 0xffffffffffff", 1);
      assertThat(out.toString())
          .isEqualTo(
              "0x"
                  + at
                  + " is in a page table in frame "
                  + (slot >>> 12)
                  + ", which only the kernel's own code writes\n");
    }
  }
}
