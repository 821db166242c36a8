package dev.quarry.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.machine.Presets;
import dev.quarry.machine.Ram;
import dev.quarry.virtual.PteState;
import dev.quarry.virtual.tlb.TlbModel;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pressure is made, nothing is wrong with it, and what is wrong is found. */
class PressureCheckTest {
  private static MachineSpec machine(String preset, String... settings) {
    return MachineSpecReader.with(Presets.get(preset), List.of(settings));
  }

  @ParameterizedTest
  @CsvSource({"server, classic, 1", "x86-32, mglru, 1", "server, mglru, 2", "laptop, classic, 2"})
  @Timeout(120)
  void allHolds(String preset, String lru, int threads) throws IOException {
    MachineSpec spec = machine(preset, "ram=8M", "lru=" + lru);
    PressureOptions options = new PressureOptions(5000, 3, threads, TlbModel.parse("16/4+64/4"));
    PressureResult result = PressureCheck.run(spec, options, steps -> {});
    assertThat(result.violations()).isEmpty();
    assertThat(result.steps()).isEqualTo(5000);
    assertThat(result.checks()).isGreaterThan(10);
    assertThat(result.counts().get("pswpin")).isPositive();
    assertThat(result.counts().get("pswpout")).isPositive();
  }

  @Test
  void theSameSeedDoesTheSame() throws IOException {
    PressureOptions options = new PressureOptions(2500, 11, 1, null);
    PressureResult one = PressureCheck.run(machine("server", "ram=8M"), options, steps -> {});
    assertThat(one.isSound()).isTrue();
    assertThat(PressureCheck.run(machine("server", "ram=8M"), options, steps -> {})).isEqualTo(one);
  }

  /** A bit of each page in memory changes that nobody wrote. */
  @Test
  void aChangedBitIsFound() throws IOException {
    PressureOptions options = new PressureOptions(0, 5, 1, null);
    try (PressureRun run = new PressureRun(machine("server", "ram=8M"), options)) {
      Worker worker = run.workers.getFirst();
      for (long step = 0; step < 1500; step++) {
        assertThat(run.step(worker, step)).as("%s", run.violations).isTrue();
      }
      Ram ram = Objects.requireNonNull(run.world.machine.ram());
      for (ModelProcess who : worker.processes) {
        for (int page = 0; page < who.space().pages(); page++) {
          if (who.process().mm().tables().state(ModelProcess.at(page))
              instanceof PteState.Present there) {
            long at = there.frame() * ModelProcess.PAGE + ModelProcess.SLOT;
            ram.putLong(at, ram.getLong(at) ^ (1L << 40));
          }
        }
      }
      run.finish();
      assertThat(run.violations).singleElement().asString().contains(", not ");
    }
  }

  @Test
  void whatCannotBeIsSaid() {
    PressureOptions one = new PressureOptions(10, 1, 1, null);
    assertThatThrownBy(() -> PressureCheck.run(Presets.get("tiny"), one, steps -> {}))
        .isInstanceOf(PressureException.class)
        .hasMessageContaining("but pressure is made with 1024 to 262144");
    PressureOptions nine = new PressureOptions(10, 1, 99, null);
    assertThatThrownBy(() -> PressureCheck.run(machine("server", "ram=8M"), nine, steps -> {}))
        .isInstanceOf(PressureException.class)
        .hasMessageContaining("99 threads need as many CPUs");
  }
}
