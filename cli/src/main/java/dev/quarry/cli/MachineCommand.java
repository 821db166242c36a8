package dev.quarry.cli;

import dev.quarry.cli.commands.MachineText;
import dev.quarry.kernel.Machine;
import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.machine.Presets;
import dev.quarry.machine.SpecException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quarry machine}: reads a specification, boots it, and says what came of it. */
@Command(
    name = "machine",
    description = "Boots a machine from a specification and shows its zones, or lists the presets.",
    footer = {
      "%nExamples:",
      "  quarry machine                             lists the presets",
      "  quarry machine laptop --set ram=8G",
      "  quarry machine --text server > mine.machine"
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

  @Option(names = "--text", description = "Print the preset's text instead.")
  private boolean text;

  @Override
  public Integer call() throws IOException {
    var out = spec.commandLine().getOut();
    if (machine == null) {
      Presets.names()
          .forEach(name -> out.printf(Locale.ROOT, "%-10s %s%n", name, Presets.description(name)));
      return ExitCode.OK;
    }
    if (text) {
      out.print(Presets.text(machine));
      return ExitCode.OK;
    }
    MachineSpec loaded = load(machine);
    try (Machine booted = Machine.boot(MachineSpecReader.with(loaded, settings))) {
      out.println(MachineText.summary(booted));
    }
    return ExitCode.OK;
  }

  /** A preset's or a file's specification. */
  static MachineSpec load(String name) throws IOException {
    if (Presets.names().contains(name)) {
      return Presets.get(name);
    }
    Path file = Path.of(name);
    if (!Files.exists(file)) {
      throw new SpecException(
          name + " is neither a preset (" + String.join(", ", Presets.names()) + ") nor a file");
    }
    return MachineSpecReader.read(file);
  }
}
