package dev.quarry.cli.commands;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.machine.Nearest;
import dev.quarry.machine.Presets;
import dev.quarry.machine.SpecException;
import dev.quarry.observe.ProcFs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Finds a machine's specification by what a user calls it. */
public final class MachineFiles {
  private MachineFiles() {}

  /**
   * A preset's or a file's specification; a preset comes first.
   *
   * @throws SpecException if there is neither, or the file's text is wrong
   * @throws IOException if the file cannot be read
   */
  public static MachineSpec load(String name) throws IOException {
    if (Presets.names().contains(name)) {
      return Presets.get(name);
    }
    Path file = path(name);
    if (name.isEmpty() || !Files.exists(file)) {
      throw noSuchMachine(name);
    }
    if (Files.isDirectory(file)) {
      throw new SpecException("\"" + name + "\" is a folder, not a machine's specification");
    }
    return MachineSpecReader.read(file);
  }

  /** The refusal of a name that is neither a preset's nor a file's. */
  public static SpecException noSuchMachine(String name) {
    return new SpecException(
        "\""
            + name
            + "\" is neither a preset ("
            + String.join(", ", Presets.names())
            + ") nor a file"
            + Nearest.hint(name, Presets.names()));
  }

  /** The files of {@code /proc} and {@code /sys} of a machine. */
  static ProcFs proc(Machine machine) {
    return machine.files();
  }

  private static Path path(String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw noSuchMachine(name);
    }
  }
}
