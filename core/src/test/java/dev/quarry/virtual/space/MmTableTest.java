package dev.quarry.virtual.space;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.machine.Cpu;
import dev.quarry.virtual.PageTableLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Address spaces are found by the address of their object as long as they live. */
class MmTableTest {
  private static final int MOST = 70;

  @Test
  void whoLivesIsFoundAndNobodyElse() {
    long seed = 9;
    Random random = new Random(seed);
    try (Machine machine = SpaceMachines.of(PageTableLayout.X86_64)) {
      Cpu cpu = machine.cpu(0);
      MmTable table = new MmTable();
      List<Process> live = new ArrayList<>();
      List<Process> out = new ArrayList<>();
      for (int i = 0; i < MOST; i++) {
        out.add(Objects.requireNonNull(machine.processes().spawn(cpu)));
      }
      for (int step = 0; step < 5000; step++) {
        // Long runs of both kinds, so that the table grows, and fills with marks.
        boolean grows = random.nextInt(100) < (step / 500 % 2 == 0 ? 60 : 40);
        List<Process> from = grows ? out : live;
        if (!from.isEmpty()) {
          Process process = from.remove(random.nextInt(from.size()));
          (grows ? live : out).add(process);
          if (grows) {
            table.put(process.mm());
          } else {
            table.remove(process.mm());
          }
        }
        String what = "seed %d, step %d".formatted(seed, step);
        live.forEach(one -> assertThat(table.get(one.mm().address())).as(what).isSameAs(one.mm()));
        out.forEach(one -> assertThat(table.get(one.mm().address())).as(what).isNull());
      }
      assertThat(table.get(0)).isNull();
    }
  }
}
