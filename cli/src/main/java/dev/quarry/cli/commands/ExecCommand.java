package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Execve;
import dev.quarry.virtual.space.MapsText;
import dev.quarry.virtual.space.MmStruct;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** {@code P: exec}: another program in a process. */
final class ExecCommand {
  /** What a program finds in its environment. */
  private static final List<String> ENVIRONMENT = List.of("PATH=/usr/bin:/bin");

  private ExecCommand() {}

  static void addTo(Registry registry) {
    registry.add(
        Processing.command(
                "processes",
                "exec FILE [ARGUMENT]... [layout=WORD] [seed=N] [cpu=N]",
                "gives a process another program, a file of the host",
                "s = spawn\ns: exec examples/hello.elf",
                ExecCommand::exec)
            .withNotes(
                "an ELF program of x86-64 or a script with #!; what it maps, before it runs\n"
                    + "layout is fixed or random (by the seed)"));
  }

  private static Value exec(Processing it) {
    String file = it.call().word(0, "a program");
    List<String> arguments = new ArrayList<>();
    for (int i = 0; i < it.call().size(); i++) {
      arguments.add(it.call().word(i, "an argument"));
    }
    List<String> layouts = List.of("fixed", "random");
    String layout =
        it.call().option("layout", value -> ProcessCommands.oneOf(value, layouts), "fixed");
    int seed = it.call().number("seed", 0, 0, Integer.MAX_VALUE);
    OptionalLong places = layout.equals("random") ? OptionalLong.of(seed) : OptionalLong.empty();
    MmStruct old = it.process().mm();
    it.session().spend(1 + old.mapCount() + old.rssPages() / 8);
    Execve execve = new Execve(it.cpu(), it.processes());
    long result = execve.execve(it.process(), file, arguments, ENVIRONMENT, places);
    if (result != 0) {
      return new ErrnoFailure((int) -result, execve.refusal());
    }
    ProcessValue now = new ProcessValue(it.machine(), it.process());
    return new Value.Text(now.show() + "\n" + MapsText.text(it.process().mm()).stripTrailing());
  }
}
