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
import dev.quarry.machine.SpecException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Commands that boot and check a machine. */
final class MachineCommands {
  private static final String CHAPTER = "machine";
  private static final int WIDTH = 70;

  private MachineCommands() {}

  static void addTo(Registry registry) {
    registry
        .add(
            command(
                    "boot MACHINE [KEY=VALUE]...",
                    "boots a preset or a machine file",
                    "boot laptop ram=4G cpus=2",
                    MachineCommands::boot)
                .withNotes(notes()))
        .add(
            command(
                "cpu [N]", "goes to a CPU, or says which one it is", "cpu 1", MachineCommands::cpu))
        .add(command("check", "checks every invariant of memory", "check", MachineCommands::check));
  }

  private static SimpleCommand command(
      String usage, String summary, String example, SimpleCommand.Action action) {
    return SimpleCommand.of(CHAPTER, usage, summary, example, action);
  }

  private static String notes() {
    StringBuilder out = new StringBuilder("presets:\n");
    for (String name : Presets.names()) {
      out.append(String.format(Locale.ROOT, "  %-10s %s%n", name, Presets.description(name)));
    }
    out.append("settings:");
    int width = WIDTH;
    for (String key : MachineSpecReader.keys()) {
      boolean wraps = width + key.length() >= WIDTH;
      out.append(wraps ? "\n  " : " ").append(key);
      width = (wraps ? 0 : width + 1) + key.length();
    }
    return out.toString();
  }

  private static Value boot(Call call, Session session) {
    call.atMost(1);
    List<String> settings = new ArrayList<>();
    for (String key : call.optionNames()) {
      settings.add(key + "=" + call.option(key, ""));
    }
    settings.sort(null);
    MachineSpec spec =
        call.read(0, "a machine: " + String.join(", ", Presets.names()), MachineCommands::spec);
    MachineSpec changed = settings.isEmpty() ? spec : changed(spec, settings);
    session.spend(BootCost.steps(changed));
    session.forgetNames();
    Machine machine = Machine.boot(changed);
    Booted.of(session).boot(machine);
    return new Value.Text(MachineText.summary(machine));
  }

  private static MachineSpec spec(Value name) {
    try {
      return MachineFiles.load(name.word());
    } catch (IOException e) {
      throw new IllegalArgumentException(name.word() + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static MachineSpec changed(MachineSpec spec, List<String> settings) {
    try {
      return MachineSpecReader.with(spec, settings);
    } catch (SpecException e) {
      // In a shell a setting is no option of a command line.
      String message = String.valueOf(e.getMessage()).replaceFirst("^--set:? ", "");
      throw new IllegalArgumentException(message, e);
    }
  }

  private static Value cpu(Call call, Session session) {
    call.atMost(1);
    Machine machine = Booted.machine(session);
    if (call.size() == 1) {
      Booted.of(session).cpu(call.number(0, "a CPU", 0, machine.cpus().size() - 1L));
    }
    int cpu = Booted.cpu(session, call).id();
    return new Value.Text("CPU " + cpu + " on node " + machine.cpu(cpu).node());
  }

  private static Value check(Call call, Session session) {
    call.atMost(0);
    Machine machine = Booted.machine(session);
    session.spend(BootCost.ofCheck(machine));
    List<String> broken = machine.invariants();
    return broken.isEmpty()
        ? new Value.Text("all invariants hold")
        : new Refused("broken:\n  " + String.join("\n  ", broken));
  }
}
