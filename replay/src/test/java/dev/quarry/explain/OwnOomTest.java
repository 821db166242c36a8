package dev.quarry.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.explain.log.LogReader;
import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.log.OomDump;
import dev.quarry.explain.log.ReportKind;
import dev.quarry.explain.verdict.Explanation;
import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.machine.Presets;
import dev.quarry.virtual.fault.UserFaultException;
import dev.quarry.virtual.space.MapFlags;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A machine kills a process and prints the kernel's report; explain tells the same story. */
class OwnOomTest {
  private static final long AT = 0x1000_0000L;
  private static final int PAGES = 6000;

  private static Process spawn(Machine machine, String name, int adj) {
    Cpu cpu = machine.cpu(0);
    Process process = Objects.requireNonNull(machine.processes().spawn(cpu));
    process.mm().task().comm(name);
    process.mm().task().oomScoreAdj(adj);
    long flags = 2 | 0x10 | MapFlags.MAP_ANONYMOUS;
    new SystemCalls(cpu, process).mmap(AT, PAGES * 4096L, 3, flags, -1, 0);
    return process;
  }

  /** Grows one of them after the other until somebody dies; who that was. */
  private static Process victim(Machine machine, List<Process> all, Random random) {
    int[] pages = new int[all.size()];
    while (true) {
      int which = random.nextInt(all.size());
      try {
        for (int i = 0; i < 200 && pages[which] < PAGES; i++) {
          all.get(which).store(machine.cpu(0), AT + pages[which]++ * 4096L, 8, 1);
        }
      } catch (UserFaultException e) {
        return all.get(which);
      }
      for (Process process : all) {
        if (process.mm().task().isVictim()) {
          return process;
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6})
  void theStoryIsTheMachines(int seed) {
    Random random = new Random(seed);
    try (Machine machine =
        Machine.boot(MachineSpecReader.with(Presets.get("laptop"), List.of("ram=32M")))) {
      List<Process> all = new ArrayList<>();
      for (String name : List.of("editor", "browser (tab)", "db")) {
        all.add(spawn(machine, name, random.nextInt(-200, 200)));
      }
      Process dead = victim(machine, all, random);
      String log = String.join("\n", machine.log().lines()) + "\n";
      List<MemoryReport> reports = read(log);
      assertThat(reports).as(log).hasSize(1);
      MemoryReport report = reports.getFirst();
      assertThat(report.kind()).isEqualTo(ReportKind.OOM);
      OomDump oom = Objects.requireNonNull(report.oom());
      assertThat(oom.constraint()).isEqualTo("CONSTRAINT_NONE");
      assertThat(oom.tasks().stream().map(OomDump.Task::name))
          .containsExactly("editor", "browser (tab)", "db");
      assertThat(oom.victims()).hasSize(1);
      assertThat(oom.victims().getFirst().pid()).isEqualTo(dead.pid());
      assertThat(oom.victims().getFirst().name()).isEqualTo(dead.mm().task().comm());
      Explanation explanation = new Explainer().explain(report);
      String story = Objects.requireNonNull(explanation.oom()).toString();
      assertThat(story).contains("The whole machine was out of memory.", "the highest of all");
      assertThat(explanation.oom().holders().getFirst().name()).isEqualTo("anonymous");
      assertThat(explanation.zones()).allMatch(zone -> !zone.eligible() || zone.test() != null);
    }
  }

  private static List<MemoryReport> read(String log) {
    List<MemoryReport> reports = new ArrayList<>();
    byte[] bytes = log.getBytes(StandardCharsets.UTF_8);
    try (LogReader reader = LogReader.open("dmesg", new ByteArrayInputStream(bytes))) {
      reader.forEachRemaining(reports::add);
    }
    return reports;
  }
}
