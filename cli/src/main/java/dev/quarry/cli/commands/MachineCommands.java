package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.SimpleCommand;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.machine.Presets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Commands that boot and check a machine. */
final class MachineCommands {
  private static final String CHAPTER = "machine";

  private MachineCommands() {}

  static void addTo(Registry registry) {
    registry
        .add(
            SimpleCommand.of(
                CHAPTER,
                "boot MACHINE [KEY=VALUE]",
                "boots a preset (" + String.join(", ", Presets.names()) + ") or a spec's file",
                "boot laptop ram=4G cpus=2",
                MachineCommands::boot))
        .add(
            SimpleCommand.of(
                CHAPTER,
                "cpu [N]",
                "goes to another CPU; without a number says which one it is",
                "cpu 1",
                MachineCommands::cpu))
        .add(
            SimpleCommand.of(
                CHAPTER,
                "check",
                "checks every invariant of the machine's memory",
                "check",
                MachineCommands::check));
  }

  private static Value boot(Call call, Session session) {
    call.atMost(1);
    List<String> settings = new ArrayList<>();
    for (String key : call.optionNames()) {
      settings.add(key + "=" + call.option(key, ""));
    }
    settings.sort(null);
    String name = call.word(0, "a machine: " + String.join(", ", Presets.names()) + " or a file");
    MachineSpec spec = load(name);
    Machine machine =
        Machine.boot(settings.isEmpty() ? spec : MachineSpecReader.with(spec, settings));
    session.forgetNames();
    Booted.of(session).boot(machine);
    return new Value.Text(MachineText.summary(machine));
  }

  /** A preset's or a file's specification. */
  static MachineSpec load(String name) {
    if (Presets.names().contains(name)) {
      return Presets.get(name);
    }
    Path file = Path.of(name);
    if (!Files.exists(file)) {
      return Presets.get(name); // refuses it, naming the presets
    }
    try {
      return MachineSpecReader.read(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Value cpu(Call call, Session session) {
    call.atMost(1);
    Machine machine = Booted.machine(session);
    if (call.size() == 1) {
      Booted.of(session).cpu(call.number(0, "a CPU", 0));
    }
    int cpu = Booted.cpu(session, call).id();
    return new Value.Text("CPU " + cpu + " on node " + machine.cpu(cpu).node());
  }

  private static Value check(Call call, Session session) {
    call.atMost(0);
    List<String> broken = Booted.machine(session).invariants();
    return broken.isEmpty()
        ? new Value.Text("all invariants hold")
        : new FailedAllocation("broken:\n  " + String.join("\n  ", broken), null);
  }
}
