package dev.quarry.cli;

import dev.quarry.cli.commands.MachineFiles;
import dev.quarry.cli.commands.MachineText;
import dev.quarry.kernel.Machine;
import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.machine.Nearest;
import dev.quarry.machine.Presets;
import dev.quarry.machine.SlabSpec;
import dev.quarry.machine.SpecException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quarry machine}: reads a specification, boots it, and says what came of it. */
@Command(
    name = "machine",
    description = "Boots a machine from a specification and shows its zones, or lists the presets.",
    footer = {
      "%nExamples:",
      "  quarry machine                           lists the presets",
      "  quarry machine laptop --set ram=8G",
      "  quarry machine --text server > my.machine",
      "  quarry machine my.machine"
    })
final class MachineCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "MACHINE",
      arity = "0..1",
      description = "A preset's name, or a specification's file.")
  private @Nullable String machine;

  @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Change a setting; repeatable.")
  private List<String> settings = List.of();

  @Option(names = "--text", description = "Print the preset's specification instead.")
  private boolean text;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (machine == null) {
      if (text || !settings.isEmpty()) {
        throw new ParameterException(spec.commandLine(), "--text and --set need a MACHINE");
      }
      for (String name : Presets.names()) {
        out.printf(Locale.ROOT, "%-10s %s%n", name, Presets.description(name));
      }
    } else if (text) {
      if (!settings.isEmpty()) {
        throw new ParameterException(spec.commandLine(), "--text shows no setting of --set");
      }
      out.print(presetText(machine));
    } else {
      MachineSpec loaded = MachineFiles.load(machine);
      try (Machine booted = Machine.boot(MachineSpecReader.with(loaded, settings))) {
        out.println(MachineText.summary(booted));
        if (booted.spec().slab().equals(SlabSpec.DEFAULTS)) {
          out.println("  " + MachineText.objects(SlabSpec.DEFAULTS));
        }
      }
    }
    return ExitCode.OK;
  }

  private static String presetText(String name) {
    if (!Presets.names().contains(name)) {
      throw new SpecException(
          "\""
              + name
              + "\" is not a preset: "
              + String.join(", ", Presets.names())
              + Nearest.hint(name, Presets.names()));
    }
    return Presets.text(name);
  }
}
